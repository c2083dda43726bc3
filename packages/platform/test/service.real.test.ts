import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { until } from "./harness.ts";
import { freePort } from "./redis-server.ts";

const script = path.join(import.meta.dirname, "demo-service.ts");
const running: ChildProcess[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill("SIGKILL");
});

function run(env: Record<string, string>, args: string[] = []) {
  const child = spawn(process.execPath, [script, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  running.push(child);
  const state = { stdout: "", stderr: "", code: undefined as number | null | undefined };
  child.stdout.on("data", (data) => {
    state.stdout += data;
  });
  child.stderr.on("data", (data) => {
    state.stderr += data;
  });
  child.on("close", (code) => {
    state.code = code;
  });
  const ended = () => until("ended", () => state.code !== undefined, 10_000);
  return { child, state, ended };
}

async function started(mode = "") {
  const port = await freePort();
  const service = run({ NODE_ID: "demo-1", HTTP_PORT: `${port}`, MODE: mode });
  await until("up", () => service.state.stdout.includes('"msg":"ready"'), 15_000);
  return { ...service, port, url: `http://127.0.0.1:${port}` };
}

const messages = (stdout: string): string[] =>
  stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { msg: string }).msg);

describe("a service", () => {
  it("is up, then ready, counts, and leaves on SIGTERM after draining, with 0", async () => {
    const { child, state, ended, url } = await started();
    const health = await fetch(`${url}/health`);
    expect(health.status).toBe(200);
    expect(await health.json()).toMatchObject({ service: "demo", nodeId: "demo-1", checks: ["warming up"] });
    expect((await fetch(`${url}/ready`)).status).toBe(503);
    await until("ready", async () => (await fetch(`${url}/ready`)).status === 200);
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toMatch(/nodejs_eventloop_lag_p99_seconds\{[^}]*node="demo-1"/);
    // A launcher that closes its end of stdin does not mean goodbye.
    child.stdin?.end();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await fetch(`${url}/health`)).status).toBe(200);
    child.kill("SIGTERM");
    child.kill("SIGINT");
    await ended();
    expect(state.code).toBe(0);
    expect(messages(state.stdout)).toEqual(["ready", "stopping", "draining", "farewell", "stopped"]);
  });

  it.each(["/throw", "/reject"])("says what nobody caught (%s) and leaves with 1", async (address) => {
    const { state, ended, url } = await started();
    await fetch(`${url}${address}`, { method: "POST" }).catch(() => undefined);
    await ended();
    expect(state.code).toBe(1);
    expect(state.stdout).toMatch(/nobody (caught|awaited) this/);
    expect(messages(state.stdout)).toContain("farewell");
  });

  it("closes what it has when draining fails", async () => {
    const { child, state, ended } = await started("bad drain");
    child.kill("SIGTERM");
    await ended();
    expect(messages(state.stdout)).toEqual(expect.arrayContaining(["drain failed", "farewell", "stopped"]));
  });

  it("leaves with 1 when it cannot start or its port is taken", async () => {
    const { port } = await started();
    const taken = run({ NODE_ID: "demo-2", HTTP_PORT: `${port}` });
    const broken = run({ NODE_ID: "demo-3", HTTP_PORT: `${await freePort()}`, MODE: "no start" });
    await Promise.all([taken.ended(), broken.ended()]);
    expect([taken.state.code, broken.state.code]).toEqual([1, 1]);
    expect(taken.state.stdout).toContain(`port ${port} on 127.0.0.1 is taken`);
    expect(broken.state.stdout).toContain("cannot start");
  });

  it("refuses a bad configuration with 78 and prints a good one without its secrets", async () => {
    const bad = run({ HTTP_PORT: "no port", SESAME: "short" });
    const good = { NODE_ID: "demo-4", HTTP_PORT: "4999", SESAME: "open sesame" };
    const printed = run(good, ["--print-config"]);
    const checked = run(good, ["--check-config"]);
    await Promise.all([bad.ended(), printed.ended(), checked.ended()]);
    expect([bad.state.code, printed.state.code, checked.state.code]).toEqual([78, 0, 0]);
    for (const text of ["NODE_ID: is not set (Name of this node)", "HTTP_PORT:", "SESAME:"])
      expect(bad.state.stderr).toContain(text);
    expect(bad.state.stderr).not.toContain("short");
    expect(printed.state.stdout).toContain("SESAME=[hidden]");
    expect(printed.state.stdout).not.toContain("open sesame");
  });
});
