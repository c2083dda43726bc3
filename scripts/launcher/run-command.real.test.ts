import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { runCommand } from "./run-command.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "rostrum-run-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const read = (name: string): string => {
  try {
    return readFileSync(path.join(folder, name), "utf8").trim();
  } catch {
    return "";
  }
};
/** Whether a process does anything still; one that nobody has collected does not. */
const lives = (pid: number): boolean => {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
};
async function seen(what: () => boolean, timeoutMs = 5000): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await wait(20)) if (what()) return true;
  return what();
}

/** A parent that says goodbye, and a child of its own. */
const polite = 'sleep 60 & echo $! > child; trap "echo bye > last; exit 3" TERM; echo $$ > parent; wait';

it("is told to stop, with everything it started, and may put things away first", async () => {
  const stop = new AbortController();
  const run = runCommand(["sh", "-c", polite], { cwd: folder, timeoutMs: 30_000, signal: stop.signal });
  expect(await seen(() => read("parent") !== "")).toBe(true);
  stop.abort();
  expect(await run).toMatchObject({ code: 3 });
  expect(read("last")).toBe("bye");
  expect(await seen(() => !lives(Number(read("child"))))).toBe(true);
});

it("is killed when it does not listen", async () => {
  const deaf = 'trap "" TERM; echo $$ > parent; while :; do sleep 1; done';
  const startedAt = Date.now();
  const { code, stderr } = await runCommand(["sh", "-c", deaf], { cwd: folder, timeoutMs: 300 });
  expect(code).not.toBe(0);
  expect(stderr).toContain("ended after 0.3 s without a result");
  expect(lives(Number(read("parent")))).toBe(false);
  expect(Date.now() - startedAt).toBeGreaterThan(5000);
});

it("ends also when whoever ran it is killed", async () => {
  const here = import.meta.dirname;
  const program = `
    import { Guard } from ${JSON.stringify(path.join(here, "guard.ts"))};
    import { runCommand } from ${JSON.stringify(path.join(here, "run-command.ts"))};
    await runCommand(["sh", "-c", ${JSON.stringify(polite)}], { timeoutMs: 60_000, guard: new Guard() });
  `;
  const runner = spawn(process.execPath, ["--input-type=module", "-e", program], { cwd: folder });
  expect(await seen(() => read("parent") !== "")).toBe(true);
  runner.kill("SIGKILL");
  expect(await seen(() => !lives(Number(read("parent"))) && !lives(Number(read("child"))))).toBe(true);
  expect(read("last")).toBe("bye");
});
