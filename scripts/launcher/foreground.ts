import { spawn } from "node:child_process";

/** Run with this terminal and resolve with the exit code; Ctrl-C and SIGTERM are passed on. */
export function foreground(
  command: readonly string[],
  options: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<number> {
  const [file = "", ...args] = command;
  const child = spawn(file, args, { ...options, stdio: "inherit" });
  // SIGINT of a terminal reaches the child by itself; it is only kept from ending this process first.
  const onInterrupt = (): void => {};
  const onTerminate = (): void => void child.kill("SIGTERM");
  process.on("SIGINT", onInterrupt);
  process.on("SIGTERM", onTerminate);
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
}
