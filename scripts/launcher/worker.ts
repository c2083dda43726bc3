import { readFileSync } from "node:fs";
import path from "node:path";
import type { ProgressStep } from "./progress.ts";
import { lastLines, runCommand } from "./run-command.ts";
import { aptInstall, notInstalled } from "./system.ts";
import { Trouble } from "./trouble.ts";

const BUILD_MS = 30 * 60_000;

/** Path of a media worker that runs here: a preset, cached, prebuilt or freshly built one. */
export async function ensureWorker(
  root: string,
  log: string,
  step: ProgressStep,
  signal?: AbortSignal,
): Promise<string> {
  const folder = path.join(root, "deploy/mediasoup-worker");
  const script = path.join(folder, "build.sh");
  const preset = process.env.MEDIASOUP_WORKER_BIN;
  const options = { log, onLine: step.note, timeoutMs: BUILD_MS, signal };
  const quick = await runCommand([script, "--no-build"], options);
  if (preset && quick.stdout.trim() !== preset) {
    throw new Trouble(`MEDIASOUP_WORKER_BIN=${preset} is not a program`, "correct or unset it");
  }
  if (quick.code === 0) return quick.stdout.trim();
  if (quick.code !== 3) throw failure(quick.stderr);

  const packages = readFileSync(path.join(folder, "packages.txt"), "utf8").split("\n").filter(Boolean);
  const missing = await notInstalled(packages);
  if (missing.length > 0) {
    step.note(`installing ${missing.join(" ")}`);
    await aptInstall(missing, log, step.note);
  }
  const built = await runCommand([script], options);
  if (built.code !== 0) throw failure(built.stderr);
  return built.stdout.trim();
}

const failure = (stderr: string): Trouble =>
  new Trouble(
    `the media worker could not be built:\n${lastLines(stderr, 8)}`,
    "see deploy/mediasoup-worker/README.md",
  );
