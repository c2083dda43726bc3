import { type SpawnOptions, spawn } from "node:child_process";
import { appendFileSync } from "node:fs";
import type { Guard } from "./guard.ts";

export type CommandResult = { code: number; stdout: string; stderr: string };

type RunOptions = Pick<SpawnOptions, "cwd" | "env" | "uid" | "gid"> & {
  /** Told to stop after this. */
  timeoutMs: number;
  /** Everything written is appended here too. */
  log?: string;
  onLine?: (line: string) => void;
  signal?: AbortSignal;
  /** Stops it should this process be killed. */
  guard?: Guard;
};

/** From being told to stop to being killed, ms. */
const graceMs = 8000;

/**
 * Run to the end in its own process group, with both outputs kept. Never rejects: a missing program is code 127. Told to
 * stop, the whole group gets SIGTERM, and SIGKILL when that was not enough.
 */
export function runCommand(command: readonly string[], options: RunOptions): Promise<CommandResult> {
  const [file = "", ...args] = command;
  const { timeoutMs, log, onLine, signal, guard, ...rest } = options;
  return new Promise((resolve) => {
    const child = spawn(file, args, { ...rest, stdio: ["ignore", "pipe", "pipe"], detached: true });
    const kept = { stdout: "", stderr: "" };
    if (child.pid) guard?.add(child.pid, "SIGTERM", 1);
    let [timer, last]: (NodeJS.Timeout | undefined)[] = [];
    const tell = (how: NodeJS.Signals): void => {
      try {
        if (child.pid) process.kill(-child.pid, how);
      } catch {
        // Ended meanwhile.
      }
    };
    const stop = (): void => {
      tell("SIGTERM");
      last ??= setTimeout(() => tell("SIGKILL"), graceMs);
    };
    const end = (code: number): void => {
      clearTimeout(timer);
      clearTimeout(last);
      signal?.removeEventListener("abort", stop);
      if (child.pid) guard?.remove(child.pid);
      resolve({ code, ...kept });
    };
    const keep = (name: "stdout" | "stderr") => (data: Buffer) => {
      const text = data.toString();
      kept[name] = (kept[name] + text).slice(-200_000);
      if (log) appendFileSync(log, text);
      const line = text.trimEnd().split("\n").at(-1);
      if (line) onLine?.(line);
    };
    child.stdout?.on("data", keep("stdout"));
    child.stderr?.on("data", keep("stderr"));
    child.once("error", (error) => {
      kept.stderr += error.message;
      end(127);
    });
    child.once("close", (code) => end(code ?? 1));
    timer = setTimeout(() => {
      kept.stderr += `\nended after ${timeoutMs / 1000} s without a result`;
      stop();
    }, timeoutMs);
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
  });
}

/** The last `count` lines that say something. */
export function lastLines(text: string, count: number): string {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .slice(-count)
    .map((line) => `    ${line.slice(0, 300)}`)
    .join("\n");
}
