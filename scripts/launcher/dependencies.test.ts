import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { sameAsInstalled } from "./dependencies.ts";

const lock = (packages: Record<string, { version?: string; link?: boolean; optional?: boolean }>) => ({
  packages,
});

describe("sameAsInstalled", () => {
  const wanted = lock({
    "": {},
    "packages/rules": { version: "0.1.0" },
    "node_modules/@rostrum/rules": { link: true },
    "node_modules/zod": { version: "4.0.0" },
    "node_modules/esbuild-win": { version: "1.0.0", optional: true },
  });

  it("ignores workspaces and optional packages of other systems", () => {
    expect(sameAsInstalled(wanted, lock({ "node_modules/zod": { version: "4.0.0" } }))).toBe(true);
  });

  it("sees a missing package, another version, and an optional package of another version", () => {
    expect(sameAsInstalled(wanted, lock({}))).toBe(false);
    expect(sameAsInstalled(wanted, lock({ "node_modules/zod": { version: "4.0.1" } }))).toBe(false);
    const stale = {
      "node_modules/zod": { version: "4.0.0" },
      "node_modules/esbuild-win": { version: "0.9.0" },
    };
    expect(sameAsInstalled(wanted, lock(stale))).toBe(false);
  });
});

describe("package-lock.json", () => {
  it("names every optional package, or npm ci refuses a fresh clone", () => {
    type Entry = { optionalDependencies?: Record<string, string> };
    const file = new URL("../../package-lock.json", import.meta.url);
    const { packages } = JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, Entry> };
    const missing = Object.entries(packages).flatMap(([at, entry]) =>
      Object.keys(entry.optionalDependencies ?? {})
        .filter((name) => !isListed(packages, at, name))
        .map((name) => `${name} of ${at}`),
    );
    expect(missing).toEqual([]);
  });
});

/** As Node looks it up: beside the package that wants it, then further up. */
function isListed(packages: Record<string, unknown>, at: string, name: string): boolean {
  for (let folder = at; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    if (`${folder === "" ? "" : `${folder}/`}node_modules/${name}` in packages) return true;
    if (folder === "") return false;
    if (!folder.includes("/node_modules/")) folder = "";
    if (folder === "") return `node_modules/${name}` in packages;
  }
}
