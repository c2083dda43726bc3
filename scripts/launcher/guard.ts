import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const script = fileURLToPath(new URL("./guard.sh", import.meta.url));

/**
 * Sees to it that nothing outlives the launcher, SIGKILL of the launcher included: a small shell in its own session holds
 * the list of process groups and stops them when the pipe to the launcher breaks.
 */
export class Guard {
  #shell: ChildProcess | undefined;
  readonly #listed = new Map<number, { signal: string; wave: number }>();
  #closed = false;

  constructor() {
    this.#start();
  }

  /** `wave` 1 to 5: lower ones are stopped first. */
  add(pid: number, signal: NodeJS.Signals, wave: number): void {
    const entry = { signal: signal.replace(/^SIG/, ""), wave };
    this.#listed.set(pid, entry);
    this.#say(`add ${pid} ${entry.signal} ${wave}`);
  }

  remove(pid: number): void {
    if (this.#listed.delete(pid)) this.#say(`del ${pid}`);
  }

  /** Ends the shell; what is still listed is stopped by it. */
  close(): void {
    this.#closed = true;
    this.#shell?.stdin?.end();
    this.#shell?.unref();
  }

  #start(): void {
    const shell = spawn("/bin/sh", [script], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    this.#shell = shell;
    shell.stdin?.on("error", () => {}); // A broken pipe is told by `exit`.
    shell.once("exit", () => {
      if (this.#closed) return;
      this.#start();
    });
    for (const [pid, { signal, wave }] of this.#listed) this.#say(`add ${pid} ${signal} ${wave}`);
  }

  #say(line: string): void {
    this.#shell?.stdin?.write(`${line}\n`);
  }
}
