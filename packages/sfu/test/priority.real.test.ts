import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createLog, Scope } from "@rostrum/platform";
import { expect, it } from "vitest";
import { WorkerPool } from "../src/index.ts";

const log = createLog({ service: "test", level: "silent" });
const roundRobin = "2";
const common = "0";

/** Scheduling policy of each thread (proc_pid_stat(5), field 41, counted behind the name). */
const policiesOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/task`).map(
    (thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/stat`, "utf8").split(") ").at(-1)?.split(" ")[38] ?? "",
  );

const openPool = (scope: Scope, basePort: number): Promise<WorkerPool> =>
  WorkerPool.create({
    count: 1,
    listen: { ip: "127.0.0.1", announcedAddress: "127.0.0.1", basePort },
    scope,
    log,
    onDied: () => undefined,
  });

/** Whether this process may give real time at all: a container, or somebody who is not root, may not. */
function realTimeIsAllowed(): boolean {
  try {
    execFileSync("chrt", ["--rr", "1", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

it("a media worker runs in real time where that is allowed, with all of its threads, and this process does not", async () => {
  const scope = new Scope("test", log);
  const pool = await openPool(scope, 27_156);
  const pids = pool.workers.map(({ worker }) => worker.pid);
  expect(pids).toHaveLength(1);
  for (const policy of pids.flatMap(policiesOf))
    expect(policy).toBe(realTimeIsAllowed() ? roundRobin : common);
  expect(policiesOf(process.pid)).not.toContain(roundRobin);
  await scope.close("done");
});

it("a worker starts without it too, where there is no program to ask for it", async () => {
  const scope = new Scope("test", log);
  const { PATH } = process.env;
  process.env.PATH = "/nonexistent";
  try {
    const pool = await openPool(scope, 27_158);
    expect(pool.alive).toBe(true);
    expect(pool.workers.flatMap(({ worker }) => policiesOf(worker.pid))).not.toContain(roundRobin);
  } finally {
    process.env.PATH = PATH;
  }
  await scope.close("done");
});
