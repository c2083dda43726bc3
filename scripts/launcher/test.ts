import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Guard } from "./guard.ts";
import type { Progress } from "./progress.ts";
import type { Settings } from "./settings.ts";
import { bedTools, chromiumTool, ensureTools, toolsFor } from "./system.ts";
import { TestBacking } from "./test-backing.ts";
import type { Tally } from "./test-runs.ts";
import { stages } from "./test-stages.ts";
import { Trouble } from "./trouble.ts";
import { ensureWorker } from "./worker.ts";

/** Nothing runs longer than this in all; what is not done by then has failed. */
const TOTAL_MS = 40 * 60_000;
const stopSignals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Every check there is, in the order of what is quickest to say no. `only`: names of stages, or how they begin. */
export async function test(settings: Settings, progress: Progress, only: string[]): Promise<number> {
  const { root } = settings;
  const all = stages(root);
  const chosen =
    only.length === 0 ? all : all.filter(({ name }) => only.some((word) => name.startsWith(word)));
  if (chosen.length === 0)
    throw new Trouble(
      `no stage is called ${only.join(", ")}`,
      `one of: ${all.map(({ name }) => name).join(", ")}`,
    );
  const scratch = mkdtempSync(path.join(tmpdir(), "rostrum-test-"));
  const deadline = Date.now() + TOTAL_MS;
  const total: Tally = { passed: 0, failed: 0 };
  const real = chosen.some(({ name }) => name.startsWith("real") || name === "e2e" || name === "hosts");
  const guard = new Guard();
  const backing = new TestBacking(root, scratch, guard);
  const stopped = new AbortController();
  const stop = (): void => stopped.abort();
  try {
    const env = real ? await realParts(settings, progress, { scratch, backing }) : process.env;
    for (const name of stopSignals) process.on(name, stop);
    for (const stage of chosen) {
      const timeoutMs = Math.min(stage.timeoutMs, Math.max(1000, deadline - Date.now()));
      const step = progress.step(stage.name);
      const { signal } = stopped;
      const result = await stage.run({ root, env, scratch, timeoutMs, note: step.note, signal, guard });
      if (stopped.signal.aborted) {
        step.cancel();
        break;
      }
      total.passed += result.passed;
      total.failed += result.failed;
      if (result.failed === 0) step.done(result.skipped ?? `${result.passed} passed`);
      else {
        step.fail();
        progress.line(result.report);
      }
    }
  } finally {
    for (const name of stopSignals) process.removeListener(name, stop);
    await backing.close();
    guard.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  if (stopped.signal.aborted) progress.line("stopped: not everything was checked");
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  if (stopped.signal.aborted) return 130;
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** A worker, PostgreSQL and Redis for the stages that use real parts. */
async function realParts(
  settings: Settings,
  progress: Progress,
  { scratch, backing }: { scratch: string; backing: TestBacking },
): Promise<NodeJS.ProcessEnv> {
  const log = path.join(scratch, "setup.log");
  await ensureTools([...toolsFor(settings), chromiumTool, ...bedTools()], progress, log);
  const worker = await progress.during("media worker", (step) => ensureWorker(settings.root, log, step));
  const urls = await progress.during("PostgreSQL and Redis for tests", () => backing.start());
  return { ...process.env, ...urls, MEDIASOUP_WORKER_BIN: worker };
}
