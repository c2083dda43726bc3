import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import formats from "ajv-formats";
import { expect } from "vitest";
import { handleRest } from "../src/server/rest/handler.ts";
import { type Headers, mutate, openServer, publicUrl, type Stage } from "./harness.ts";

export type Json = Record<string, unknown>;
type Answer = { status: number; body: never; headers: globalThis.Headers };
type Document = {
  paths: Record<
    string,
    Record<
      string,
      { operationId: string; responses: Record<string, { content: Record<string, { schema: Json }> }> }
    >
  >;
  components: Json;
};

export let stage: Stage;
export let document: Document;
let ajv: Ajv2020;

/** Any request, as another program makes it; the answer is checked against the document by `operation`. */
export async function ask(
  method: string,
  path: string,
  options: { key?: string | undefined; body?: unknown; headers?: Headers } = {},
): Promise<Answer> {
  const response = await handleRest(
    stage.services,
    new Request(`${publicUrl}/api/v1${path}`, {
      method,
      headers: {
        "x-forwarded-for": `198.51.100.${Math.floor(Math.random() * 250)}`,
        ...(options.key ? { authorization: `Bearer ${options.key}` } : {}),
        ...(options.body === undefined ? {} : { "content-type": "application/json" }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    }),
  );
  const body = (await response.json()) as never;
  if (document) check(method, path.split("?", 1)[0] ?? "", response, body);
  return { status: response.status, body, headers: response.headers };
}

const compiled = new Map<string, ValidateFunction>();
function validator(pointer: string): ValidateFunction {
  const known = compiled.get(pointer) ?? ajv.compile({ $ref: `openapi.json#${pointer}` });
  compiled.set(pointer, known);
  return known;
}

const escaped = (part: string) =>
  part.replaceAll("~", "~0").replaceAll("/", "~1").replaceAll("{", "%7B").replaceAll("}", "%7D");
/** Operations whose answers were as the document says. */
export const seen = new Set<string>();

function check(method: string, path: string, response: Response, body: unknown): void {
  const template = Object.keys(document.paths).find((each) =>
    new RegExp(`^${each.replace(/\{\w+\}/g, "[^/]+")}$`).test(path),
  );
  const type = (response.headers.get("content-type") ?? "").split(";", 1)[0] ?? "";
  const operation = template && document.paths[template]?.[method.toLowerCase()];
  if (!template || !operation) {
    expect(validator("/components/schemas/Problem")(body)).toBe(true);
    return;
  }
  const which = operation.responses[String(response.status)] ? String(response.status) : "default";
  expect(operation.responses[which]?.content, `${method} ${path} ${response.status}`).toHaveProperty([type]);
  const validate = validator(
    `/paths/${escaped(template)}/${method.toLowerCase()}/responses/${which}/content/${escaped(type)}/schema`,
  );
  const right = validate(body);
  expect(
    right,
    `${method} ${path} ${response.status} ${JSON.stringify(validate.errors)} ${JSON.stringify(body)}`,
  ).toBe(true);
  if (which !== "default") seen.add(operation.operationId);
}

export const makeKey = async (
  headers: Headers,
  scopes: readonly string[],
): Promise<{ id: string; key: string }> => {
  const { data, refusal } = await mutate("integration.createKey", { name: "Test", scopes }, headers);
  expect(refusal).toBeUndefined();
  return data as { id: string; key: string };
};

/** The server part, and the document that every answer from now on is checked against. */
export async function openRest(): Promise<Stage> {
  stage = await openServer();
  document = (await ask("GET", "/openapi.json")).body as Document;
  ajv = new Ajv2020({ strict: false, allErrors: true, unicodeRegExp: true });
  formats.default(ajv);
  ajv.addSchema(document, "openapi.json");
  return stage;
}
