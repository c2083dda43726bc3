import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Child } from "./child.ts";
import { Guard } from "./guard.ts";
import type { Ready } from "./health.ts";

let folder: string;
let guard: Guard;
let children: Child[];

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "rostrum-child-"));
  guard = new Guard();
  children = [];
});
afterEach(async () => {
  await Promise.all(children.map((child) => child.stop()));
  guard.close();
  rmSync(folder, { recursive: true, force: true });
});

function own(script: string, options: { restart?: boolean; graceMs?: number; ready?: Ready } = {}) {
  const told: string[] = [];
  const child = new Child(
    {
      name: "subject",
      command: ["/bin/sh", "-c", script],
      cwd: "/",
      env: { PATH: process.env.PATH ?? "" },
      ready: options.ready ?? { kind: "alive", ms: 100 },
      readyMs: 3000,
      stop: { signal: "SIGTERM", graceMs: options.graceMs ?? 2000, wave: 1 },
    },
    {
      log: path.join(folder, "subject.log"),
      guard,
      restart: options.restart ?? true,
      onChange: () => {},
      onTrouble: (text) => told.push(text),
    },
  );
  children.push(child);
  return { child, told, start: () => child.start(() => {}, new AbortController().signal) };
}

/** Dead, or dead and not collected yet by whoever inherited it. */
function isGone(pid: number): boolean {
  try {
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

/** Members of a process group that still run; fields 3 and 5 of proc_pid_stat(5). */
function running(group: number): number {
  return readdirSync("/proc").filter((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      const [state, , pgrp] = readFileSync(`/proc/${name}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
      return pgrp === String(group) && state !== "Z";
    } catch {
      return false;
    }
  }).length;
}

async function until(what: () => boolean, ms = 5000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!what()) {
    if (Date.now() > deadline) throw new Error(`not within ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

describe("Child", () => {
  it("starts a killed process again and shows its last lines", async () => {
    const { child, told, start } = own("echo last words; exec sleep 60");
    await start();
    const first = child.pid ?? 0;
    process.kill(first, "SIGKILL");
    await until(() => child.restarts === 1 && child.pid !== undefined && child.pid !== first);
    expect(told.join("\n")).toContain("subject ended (SIGKILL); starting it again");
    expect(told.join("\n")).toContain("last words");
  });

  it("leaves one down that is not to be restarted, or whose configuration is bad", async () => {
    const killed = own("exec sleep 60", { restart: false });
    await killed.start();
    process.kill(killed.child.pid ?? 0, "SIGKILL");
    await until(() => killed.told.length > 0);
    expect(killed.told[0]).toContain("stays down");
    const misconfigured = own("sleep 0.3; exit 78");
    await misconfigured.start();
    await until(() => misconfigured.told.length > 0);
    expect(misconfigured.told[0]).toContain("stays down");
    expect(misconfigured.child.restarts).toBe(0);
  });

  it("fails with the end of the log when the process dies before it is ready", async () => {
    const { start } = own("echo no database >&2; exit 3", { ready: { kind: "alive", ms: 1000 } });
    await expect(start()).rejects.toThrow(/exit code 3[\s\S]*no database/);
  });

  it("kills a process that ignores the request to stop, and everything it started", async () => {
    const { child, told, start } = own("trap '' TERM; sleep 61 & wait; sleep 61; sleep 61", { graceMs: 300 });
    await start();
    const pid = child.pid ?? 0;
    expect(running(pid)).toBeGreaterThan(1);
    await child.stop();
    expect(told.join()).toContain("did not stop");
    await until(() => running(pid) === 0);
    await child.stop();
  });
});

describe("Guard", () => {
  it("stops what a launcher owned when the launcher itself is killed", async () => {
    const owner = fileURLToPath(new URL("./test/owner.ts", import.meta.url));
    const launcher = spawn(process.execPath, [owner, path.join(folder, "victim.log"), "/bin/sleep", "62"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const pid = await new Promise<number>((resolve) =>
      launcher.stdout.once("data", (data: Buffer) => resolve(Number(data.toString()))),
    );
    expect(isGone(pid)).toBe(false);
    launcher.kill("SIGKILL");
    await until(() => isGone(pid), 3000);
  });
});
