import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";
import { readEnvFile, writeEnvFile } from "./env-file.ts";

it("gives back whatever was written, quotes and line ends included, and is nobody else's to read", () => {
  const folder = mkdtempSync(path.join(tmpdir(), "rostrum-env-"));
  const file = path.join(folder, "web.env");
  try {
    const key = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/);
    const value = fc.string({ unit: fc.constantFrom("a", "'", "\\", "\n", "=", '"', "$", " ") });
    fc.assert(
      fc.property(fc.dictionary(key, value), (env) => {
        writeEnvFile(file, env);
        expect(readEnvFile(file)).toEqual({ ...env });
      }),
    );
    expect(statSync(file).mode & 0o077).toBe(0);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
