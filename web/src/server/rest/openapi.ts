import { z } from "zod";
import { apiScopes } from "../../features/console/integrations/scopes.ts";
import { Problem } from "./problem.ts";
import type { Route } from "./route.ts";

type Json = Record<string, unknown>;

/** Schemas with an id go to the components; what refers to them says so. */
function schemaOf(schema: z.ZodType, io: "input" | "output", components: Json): Json {
  const {
    $schema: _,
    $defs = {},
    ...own
  } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as Json & {
    $defs?: Json;
  };
  for (const [name, definition] of Object.entries($defs)) {
    const { $schema: __, id: ___, ...rest } = definition as Json;
    components[name] = moved(rest);
  }
  const { id: name, ...rest } = moved(own) as Json & { id?: string };
  if (!name) return rest;
  components[name] = rest;
  return { $ref: `#/components/schemas/${name}` };
}

/** References point into the components; an id inside would move the base that they are relative to (JSON Schema §8.2.1). */
function moved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(moved);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      name === "$ref" && typeof part === "string"
        ? part.replace(/^#\/\$defs\//, "#/components/schemas/")
        : moved(part),
    ]),
  );
}

const parametersOf = ({ path, query, status }: Route, components: Json): Json[] => {
  const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: "path",
    required: true,
    schema: { type: "string", format: "uuid" },
  }));
  const { properties = {}, required = [] } = (query ? schemaOf(query, "input", components) : {}) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  const asked = Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: "query",
    required: required.includes(name),
    ...(description ? { description } : {}),
    schema,
  }));
  const key = {
    name: "Idempotency-Key",
    in: "header",
    required: false,
    description: "The same key with the same request gets the same answer for a day, and causes nothing more",
    schema: { type: "string", minLength: 1, maxLength: 200 },
  };
  return [...named, ...asked, ...(status === 201 ? [key] : [])];
};

const limits = Object.fromEntries(
  [
    ["RateLimit-Limit", "Requests of a window"],
    ["RateLimit-Remaining", "Requests left in it"],
    ["RateLimit-Reset", "Seconds until it begins anew"],
  ].map(([name = "", description]) => [name, { description, schema: { type: "integer" } }]),
);

/** The OpenAPI 3.1 document, made of what the routes check. */
export function openApiDocument(routes: readonly Route[], publicUrl: string): Json {
  const components: Json = {};
  const problem = {
    description: "Why not (RFC 9457)",
    content: { "application/problem+json": { schema: schemaOf(Problem, "output", components) } },
  };
  const paths: Record<string, Json> = {};
  for (const each of routes) {
    const item = paths[each.path] ?? {};
    paths[each.path] = item;
    item[each.method.toLowerCase()] = {
      operationId: each.id,
      summary: each.summary,
      security: [{ key: [] }],
      "x-scope": each.scope,
      parameters: parametersOf(each, components),
      ...(each.body
        ? {
            requestBody: {
              required: true,
              content: { "application/json": { schema: schemaOf(each.body, "input", components) } },
            },
          }
        : {}),
      responses: {
        [each.status]: {
          description: "Done",
          headers: limits,
          content: { "application/json": { schema: schemaOf(each.answer, "output", components) } },
        },
        default: problem,
      },
    };
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Rostrum",
      version: "1",
      description: `Scopes of a key: ${apiScopes.join(", ")}. Errors are problems (RFC 9457) with a stable code.`,
    },
    servers: [{ url: `${publicUrl}/api/v1` }],
    paths,
    components: {
      schemas: components,
      securitySchemes: { key: { type: "http", scheme: "bearer", description: "A key of the console" } },
    },
  };
}
