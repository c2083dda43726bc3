import { z } from "zod";

/** Every fault of a configuration at once, each with the key and what it is for. */
export class ConfigError extends Error {
  readonly faults: string[];
  constructor(service: string, faults: string[]) {
    super(`${service}: configuration is not usable\n${faults.map((fault) => `  ${fault}`).join("\n")}`);
    this.name = "ConfigError";
    this.faults = faults;
  }
}

/** Mark a key whose value must not be printed. */
export const secret = <T extends z.ZodType>(schema: T): T => schema.meta({ secret: true }) as T;

/** Keys that every service has. */
export const baseConfigShape = {
  NODE_ID: z.string().min(1).describe("Name of this node, unique among nodes of its kind"),
  REGION: z.string().default("local").describe("Region for placement"),
  HTTP_HOST: z.string().default("127.0.0.1").describe("Address to listen on"),
  HTTP_PORT: z.coerce.number().int().min(1).max(65535).describe("Port of HTTP and WebSocket"),
  REDIS_URL: secret(z.string().min(1)).describe("redis:// URL"),
  ROSTRUM_SECRET: secret(z.string().min(32)).describe(
    "Root of all token keys, at least 32 characters, the same on every node",
  ),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("Log level"),
  PUBLIC_URL: z.url().describe("How browsers reach this service"),
  INTERNAL_URL: z.url().describe("How other nodes reach this service"),
  WEB_PUBLIC_URL: z.url().describe("How browsers reach web: the only Origin that may open sockets"),
  WEB_INTERNAL_URL: z.url().describe("How nodes reach web"),
} as const;

type Env = Record<string, string | undefined>;

/** Parse the environment; an empty string counts as unset. Throws ConfigError with every fault. */
export function loadConfig<S extends z.ZodObject>(schema: S, env: Env, service: string): z.infer<S> {
  const input: Env = {};
  for (const key of Object.keys(schema.shape)) if (env[key]) input[key] = env[key];
  const parsed = schema.safeParse(input);
  if (parsed.success) return Object.freeze(parsed.data) as z.infer<S>;
  const faults = parsed.error.issues.map((issue) => {
    if (issue.path.length === 0) return issue.message;
    const key = String(issue.path[0]);
    const about = (schema.shape[key] as z.ZodType | undefined)?.description;
    return `${key}: ${input[key] === undefined ? "is not set" : issue.message}${about ? ` (${about})` : ""}`;
  });
  throw new ConfigError(service, faults);
}

/** The resolved configuration as `KEY=value` lines with secrets hidden, for `--print-config`. */
export function describeConfig<S extends z.ZodObject>(schema: S, config: z.infer<S>): string {
  const values = config as Record<string, unknown>;
  return Object.entries(schema.shape as Record<string, z.ZodType>)
    .map(([key, type]) => {
      const value = values[key];
      if (value === undefined) return `${key}=`;
      return `${key}=${isSecret(type) ? "[hidden]" : withoutPassword(String(value))}`;
    })
    .join("\n");
}

/** Marked itself, or around what is marked: optional(secret(...)), default, pipe. */
function isSecret(type: z.ZodType): boolean {
  if ((type.meta() as { secret?: boolean } | undefined)?.secret === true) return true;
  const { innerType, in: input } = type.def as { innerType?: z.ZodType; in?: z.ZodType };
  const inner = innerType ?? input;
  return inner !== undefined && isSecret(inner);
}

/** A URL nobody marked may still carry one: `scheme://user:password@host`. */
const withoutPassword = (value: string): string => value.replace(/(:\/\/[^/@\s]*:)[^/@\s]+@/g, "$1[hidden]@");

/** Load for a service's main: on a fault or for `--print-config` / `--check-config`, print and exit. */
export function loadServiceConfig<S extends z.ZodObject>(schema: S, env: Env, service: string): z.infer<S> {
  try {
    const config = loadConfig(schema, env, service);
    if (process.argv.includes("--print-config")) {
      process.stdout.write(`${describeConfig(schema, config)}\n`);
      process.exit(0);
    }
    if (process.argv.includes("--check-config")) process.exit(0);
    return config;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(78); // EX_CONFIG of sysexits.h
  }
}
