/**
 * Writes docs/PROTOCOL.md from the schemas in packages/protocol, or with `--check` compares and fails when the page is
 * stale. Prose that lists things rots; this cannot.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import * as protocol from "../../packages/protocol/src/index.ts";

const page = new URL("../../docs/PROTOCOL.md", import.meta.url);

type JsonSchema = {
  type?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
  additionalProperties?: boolean | JsonSchema;
  pattern?: string;
  format?: string;
};

const outline = (schema: z.ZodType): string =>
  shape(z.toJSONSchema(schema, { io: "input", unrepresentable: "any", reused: "inline" }) as JsonSchema, 0);

/** A schema in one line, as TypeScript readers expect it; deep objects are cut at three levels. */
function shape(schema: JsonSchema, depth: number): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" or ");
  const options = schema.anyOf ?? schema.oneOf;
  if (options) return options.map((option) => shape(option, depth)).join(" or ");
  if (schema.type === "array") return `${shape(schema.items ?? {}, depth)}[]`;
  if (schema.type === "object") return objectShape(schema, depth);
  return schema.format === "uuid" ? "uuid" : (schema.type ?? "any");
}

function objectShape(schema: JsonSchema, depth: number): string {
  const entries = Object.entries(schema.properties ?? {});
  if (entries.length === 0) return schema.additionalProperties === false ? "{}" : "object";
  if (depth > 2) return "{...}";
  const required = new Set(schema.required ?? []);
  const fields = entries.map(
    ([name, value]) => `${name}${required.has(name) ? "" : "?"}: ${shape(value, depth + 1)}`,
  );
  return `{ ${fields.join(", ")} }`;
}

type Methods = Record<string, { request: z.ZodType; response: z.ZodType }>;
type Events = Record<string, z.ZodType>;

const methodRows = (table: Methods): string[] =>
  Object.entries(table).map(
    ([name, { request, response }]) =>
      `- \`${name}\` \`${outline(request)}\` answers \`${outline(response)}\``,
  );

const eventRows = (table: Events): string[] =>
  Object.entries(table).map(([name, data]) => `- \`${name}\` \`${outline(data)}\``);

function section(title: string, methods: Methods, events: Events): string[] {
  return [
    `## ${title}`,
    "",
    "Requests:",
    "",
    ...methodRows(methods),
    "",
    ...(Object.keys(events).length > 0 ? ["Events:", "", ...eventRows(events), ""] : []),
  ];
}

function render(): string {
  const roomEvents = protocol.RoomEventBody.options.map((option) => `- \`${outline(option)}\``);
  const closes = Object.entries(protocol.closeCodes).map(
    ([reason, { code, retry }]) => `- ${code} ${reason}${retry ? ": ask for admission again" : ""}`,
  );
  return [
    "# Protocol",
    "",
    "Generated from `packages/protocol` by `node scripts/docs/protocol.ts`; do not edit.",
    "",
    "Frames are JSON text. A request is `{id, method, data}`, answered once by `{id, ok: true, data}` or",
    "`{id, ok: false, error: {code, message, field?}}`; a notification is `{event, data}`. The first frame is `hello`.",
    "",
    ...section("Edge socket (`/ws` on an edge)", protocol.edgeMethods, protocol.edgeEvents),
    ...section("Check socket (`/check` on an edge)", protocol.checkMethods, {}),
    ...section("Stage socket (`/ws` on an origin)", protocol.stageMethods, protocol.stageEvents),
    ...section("Pipe socket (`/pipe`, edge to origin)", protocol.pipeMethods, protocol.pipeEvents),
    ...section(
      "Programme socket (`/programme`, egress to origin)",
      protocol.programmeMethods,
      protocol.programmeEvents,
    ),
    ...section("Ingest socket (`/ingest`, egress to origin)", protocol.ingestMethods, {}),
    "## Room events",
    "",
    ...roomEvents,
    "",
    "## Facts (nodes to web)",
    "",
    `- \`${outline(protocol.FactBatch)}\``,
    "",
    "## Recordings in other layouts (egress to web, and the answer)",
    "",
    `- \`${outline(protocol.RendersTold)}\``,
    `- \`${outline(protocol.RendersWanted)}\``,
    "",
    "## Error codes",
    "",
    protocol.ErrorCode.options.map((code) => `\`${code}\` (${protocol.httpStatus(code)})`).join(" · "),
    "",
    "## Close codes",
    "",
    ...closes,
    "",
  ].join("\n");
}

const fresh = render();
if (process.argv.includes("--check")) {
  if (readFileSync(page, "utf8") !== fresh) {
    process.stderr.write("docs/PROTOCOL.md is stale: run `node scripts/docs/protocol.ts`.\n");
    process.exit(1);
  }
} else {
  writeFileSync(page, fresh);
}
