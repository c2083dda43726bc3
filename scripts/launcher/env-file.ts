import { readFileSync, writeFileSync } from "node:fs";

/** `KEY='value'` lines that a shell can source too: what a service was given, for tests and for people. */
export function writeEnvFile(file: string, env: Record<string, string>): void {
  const lines = Object.entries(env)
    .filter(([key]) => /^[A-Za-z_][A-Za-z0-9_]*$/.test(key))
    .map(([key, value]) => `${key}='${value.replaceAll("'", "'\\''")}'\n`);
  writeFileSync(file, lines.join(""), { mode: 0o600 });
}

/** The other way round; values may span lines. */
export function readEnvFile(file: string): Record<string, string> {
  const pattern = /^([A-Za-z_][A-Za-z0-9_]*)='((?:[^']|'\\'')*)'$/gm;
  return Object.fromEntries(
    [...readFileSync(file, "utf8").matchAll(pattern)].map(([, key = "", value = ""]) => [
      key,
      value.replaceAll("'\\''", "'"),
    ]),
  );
}
