import { type Logger, type LoggerOptions, pino } from "pino";

export type Log = Logger;

const secretNames = ["token", "secret", "authorization", "password", "key", "cookie", "url"];
/** Three levels deep; and the arguments of a Redis command that failed, AUTH among them. */
const secretPaths = [
  ...secretNames.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
  "err.command.args",
];

/** Messages equal in text are written at most this often per second; the rest are counted and told with the next one. */
const floodPerSecond = 20;

/** JSON lines on stdout; secrets are redacted by key, floods are folded. */
export function createLog(options: { service: string; nodeId?: string; level?: string }): Log {
  const seen = new Map<string, { second: number; count: number }>();
  const settings: LoggerOptions = {
    level: options.level ?? "info",
    base: { service: options.service, ...(options.nodeId ? { nodeId: options.nodeId } : {}) },
    redact: { paths: secretPaths, censor: "[redacted]" },
    hooks: {
      logMethod(args, method) {
        const text = args.find((arg): arg is string => typeof arg === "string") ?? "";
        const second = Math.floor(Date.now() / 1000);
        const entry = seen.get(text);
        if (entry?.second === second) {
          entry.count++;
          if (entry.count > floodPerSecond) return;
        } else {
          if (seen.size > 1000) seen.clear();
          seen.set(text, { second, count: 1 });
          if (entry && entry.count > floodPerSecond) {
            method.apply(this, [{ folded: entry.count - floodPerSecond }, `${text} (repeats left out)`]);
          }
        }
        method.apply(this, args);
      },
    },
  };
  // Written at once: lines written in the background are lost or out of order when the process exits.
  return pino(settings, pino.destination({ dest: 1, sync: true }));
}
