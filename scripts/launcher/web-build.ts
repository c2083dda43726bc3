import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { ProgressStep } from "./progress.ts";
import { lastLines, runCommand } from "./run-command.ts";
import { Trouble } from "./trouble.ts";

/** What the pages are made of. */
const SOURCES = [
  "web/src",
  "web/public",
  "web/next.config.ts",
  "web/postcss.config.mjs",
  "web/package.json",
  "web/tsconfig.json",
  "db/src",
  "packages/protocol/src",
  "packages/rules/src",
  "packages/platform/src",
  "tsconfig.base.json",
  "package-lock.json",
];

function* filesUnder(file: string): Generator<string> {
  if (!existsSync(file)) return;
  if (!statSync(file).isDirectory()) {
    yield file;
    return;
  }
  for (const name of readdirSync(file).sort()) yield* filesUnder(path.join(file, name));
}

/** A digest of every source of the site; tests do not count. */
export function webSourcesHash(root: string): string {
  const hash = createHash("sha256");
  for (const source of SOURCES) {
    for (const file of filesUnder(path.join(root, source))) {
      if (file.endsWith(".test.ts")) continue;
      hash.update(path.relative(root, file)).update("\0").update(readFileSync(file)).update("\0");
    }
  }
  return hash.digest("hex");
}

/** `next build` unless the last one was made of the same sources. One build at a time per checkout. */
export async function buildWeb(
  root: string,
  log: string,
  step: ProgressStep,
  signal?: AbortSignal,
): Promise<void> {
  const output = path.join(root, "web/.next");
  const stamp = path.join(output, "rostrum-sources");
  const current = (): boolean =>
    existsSync(path.join(output, "BUILD_ID")) &&
    existsSync(stamp) &&
    readFileSync(stamp, "utf8") === webSourcesHash(root);
  if (current()) return;
  mkdirSync(output, { recursive: true });
  step.note("next build");
  const lock = path.join(root, "node_modules/.rostrum-web-build.lock");
  const next = path.join(root, "node_modules/next/dist/bin/next");
  const hash = webSourcesHash(root);
  // The stamp is written under the lock: whoever waited for it finds the work done.
  const script =
    'if [ "$(cat "$2" 2>/dev/null)" = "$3" ] && [ -f BUILD_ID ]; then exit 0; fi; cd .. && exec "$0" "$1" build';
  const result = await runCommand(
    ["flock", "-w", "600", lock, "/bin/sh", "-c", script, process.execPath, next, stamp, hash],
    {
      cwd: output,
      env: { ...process.env, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1" },
      log,
      onLine: step.note,
      timeoutMs: 15 * 60_000,
      signal,
    },
  );
  if (result.code !== 0) {
    throw new Trouble(
      `next build failed:\n${lastLines(`${result.stdout}\n${result.stderr}`, 12)}`,
      `the whole log is in ${log}`,
    );
  }
  writeFileSync(stamp, hash);
}
