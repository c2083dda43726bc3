import { isDatabaseUnavailable } from "@rostrum/db";
import { type ErrorCode, httpStatus, internalError, RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { databaseAway } from "../handler.ts";

/** RFC 9457. `code` is stable; `errors` names every value at fault with its place in the body or query. */
export const Problem = z
  .strictObject({
    type: z.string().describe("`urn:rostrum:error:` and the code"),
    title: z.string(),
    status: z.int(),
    code: z.string().describe("Stable, for programs"),
    detail: z.string().describe("For people; may change"),
    errors: z
      .array(z.strictObject({ field: z.string(), pointer: z.string(), detail: z.string() }))
      .optional()
      .describe("What is wrong with which value: its name, and its JSON pointer (RFC 6901)"),
  })
  .meta({ id: "Problem" });
export type Problem = z.infer<typeof Problem>;

const titles: Partial<Record<ErrorCode, string>> = {
  "input.invalid": "The request has a value at fault",
  "message.malformed": "The request could not be read",
  "message.too-large": "The request is too large",
  "method.unknown": "There is no such address",
  "token.missing": "A key is needed",
  "token.invalid": "The key is not valid",
  "permission.denied": "This is not allowed",
  "not-found": "Not found",
  conflict: "This is not possible now",
  "registration.duplicate": "This address is registered already",
  "registration.closed": "Registration is closed",
  "rate.limited": "Too many requests",
  internal: "Something went wrong on our side",
};

type Fault = { field: string; detail: string };
/** Values at fault, all of them. */
export class InputError extends RostrumError {
  readonly faults: Fault[];

  constructor(issues: readonly { path: PropertyKey[]; message: string; keys?: string[] }[]) {
    const faults = issues.flatMap(({ path, message, keys }) => {
      const at = path.map(String);
      return keys
        ? keys.map((key) => ({ field: [...at, key].join("."), detail: "There is no such field." }))
        : [{ field: at.join("."), detail: message }];
    });
    const first = faults.filter(({ field }, at) => faults.findIndex((other) => other.field === field) === at);
    super("input.invalid", faults[0]?.detail ?? "The input is not valid.", { field: faults[0]?.field ?? "" });
    this.faults = first;
  }
}

const pointer = (field: string): string =>
  `#${field
    .split(".")
    .filter(Boolean)
    .map((part) => `/${part.replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("")}`;

/** Any failure as it is answered; nothing of its inside. `status` where it is another than the code's. */
export function problemOf(thrown: unknown, status?: number): Problem {
  const error = isDatabaseUnavailable(thrown) ? databaseAway() : thrown;
  const { code, message, field } = error instanceof RostrumError ? error.toWire() : internalError;
  // By what it has: `instanceof` goes by the brand that all of our errors share.
  const faults =
    error instanceof RostrumError && "faults" in error
      ? (error as InputError).faults
      : field
        ? [{ field, detail: message }]
        : [];
  return {
    type: `urn:rostrum:error:${code}`,
    title: titles[code] ?? message,
    status: status ?? httpStatus(code),
    code,
    detail: message,
    ...(faults.length > 0
      ? { errors: faults.map((fault) => ({ ...fault, pointer: pointer(fault.field) })) }
      : {}),
  };
}

export const problemResponse = (problem: Problem, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify(problem), {
    status: problem.status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
