import path from "node:path";
import { foreground } from "./foreground.ts";
import type { Progress } from "./progress.ts";
import type { Settings } from "./settings.ts";
import { bedTools, chromiumTool, ensureTools, toolsFor } from "./system.ts";
import { Trouble } from "./trouble.ts";
import { ensureWorker } from "./worker.ts";

const NAMES = ["slice", "audience", "joins", "kills", "path", "programme", "registration", "relief", "svc"];

/** Measure one thing; flags go to the bench, whose last line of standard output is its result as JSON. */
export async function bench(settings: Settings, progress: Progress, args: string[]): Promise<number> {
  const name = args.find((arg) => !arg.startsWith("-"));
  if (!name || !NAMES.includes(name)) {
    throw new Trouble(name ? `there is no bench "${name}"` : "which bench?", `one of: ${NAMES.join(", ")}`);
  }
  const log = path.join("/tmp", `rostrum-bench-${process.pid}.log`);
  const bed = name === "path" ? bedTools() : [];
  await ensureTools([...toolsFor(settings), chromiumTool, ...bed], progress, log);
  const worker = await progress.during("media worker", (step) => ensureWorker(settings.root, log, step));
  return foreground([process.execPath, "load-tests/src/bench/main.ts", ...args], {
    cwd: settings.root,
    env: { ...process.env, MEDIASOUP_WORKER_BIN: worker },
  });
}
