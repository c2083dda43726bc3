import { type ChildProcess, spawn } from "node:child_process";

export type CommandResult = { code: number; stdout: string; stderr: string };

/** Run to its end; at most `timeoutMs`. Never rejects for an exit code. */
export function run(argv: readonly string[], timeoutMs = 10_000, input = ""): Promise<CommandResult> {
  const [file = "", ...args] = argv;
  const child = spawn(file, args, { stdio: ["pipe", "pipe", "pipe"], timeout: timeoutMs });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on("error", () => {}); // It ended without reading: its exit code tells.
  child.stdin.end(input);
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 127, stdout, stderr: error.message }));
    child.once("close", (code) => resolve({ code: code ?? 1, stdout, stderr }));
  });
}

/** The same, for commands that must not fail: throws with what the command said. */
export async function must(argv: readonly string[], input = ""): Promise<string> {
  const { code, stdout, stderr } = await run(argv, 20_000, input);
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${(stderr || stdout).trim()}`);
  return stdout;
}

/** Ask a child to end, insist after `graceMs`; resolves when it is gone. */
export async function stopChild(child: ChildProcess, graceMs: number, signal: NodeJS.Signals = "SIGTERM") {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.kill(signal);
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await gone;
  clearTimeout(timer);
}
