import { type ChildProcess, spawn } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Command } from "../swarm/command.ts";
import type { PopulationReport } from "../swarm/population-report.ts";
import { favour, inRealTime } from "./favour.ts";

const load = path.join(import.meta.dirname, "..");
/** As the product's services, and more of it: the machine's time shall not go into what only measures. */
const forCrowds = [
  "--min-semi-space-size=64",
  "--max-semi-space-size=64",
  "--initial-old-space-size=512",
  "--use-largepages=silent",
];

/** A program of ours that speaks JSON lines, run in a process of its own. */
class LineProcess {
  readonly child: ChildProcess;
  readonly #name: string;
  onLine: (line: Record<string, unknown>) => void = () => undefined;
  readonly ended: Promise<never>;

  constructor(file: string, args: string[]) {
    this.#name = file;
    this.child = spawn(process.execPath, [...forCrowds, path.join(load, file), ...args], {
      stdio: ["pipe", "pipe", 2],
      detached: true,
    });
    favour(this.pid);
    this.ended = new Promise((_, reject) => {
      this.child.once("exit", (code, signal) => reject(new Error(`${file} ended with ${code ?? signal}`)));
      this.child.once("error", reject);
    });
    this.ended.catch(() => undefined);
    if (this.child.stdout) {
      const lines = createInterface({ input: this.child.stdout });
      lines.on("line", (line) => this.onLine(JSON.parse(line) as Record<string, unknown>));
    }
  }

  get pid(): number {
    if (this.child.pid === undefined) throw new Error(`${this.#name} did not start`);
    return this.child.pid;
  }

  send(line: unknown): void {
    this.child.stdin?.write(`${JSON.stringify(line)}\n`);
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }
}

/** A swarm of receivers in a process of its own; commands are obeyed one after the other. */
export class Swarm {
  readonly #process: LineProcess;
  readonly #answers: ((line: Record<string, unknown>) => void)[] = [];

  constructor(web: string) {
    this.#process = new LineProcess("swarm/main.ts", ["--web", web]);
    this.#process.onLine = (line) => this.#answers.shift()?.(line);
  }

  get pid(): number {
    return this.#process.pid;
  }

  async tell(command: Command): Promise<Record<string, unknown>> {
    const answer = new Promise<Record<string, unknown>>((resolve) => this.#answers.push(resolve));
    this.#process.send(command);
    const line = await Promise.race([answer, this.#process.ended]);
    if (line.ok !== true) throw new Error(`the swarm: ${String(line.error)}`);
    return line;
  }

  async report(): Promise<PopulationReport> {
    return (await this.tell({ do: "report" })).report as PopulationReport;
  }

  /** For a handful who only watch: a crowd would leave no time to anybody. */
  inRealTime(): void {
    inRealTime(this.pid);
  }

  stop(): void {
    this.#process.stop();
  }
}

/** A panelist in a process of its own, and when the stage asked it for key frames. */
export class LoadPanelist {
  readonly #process: LineProcess;
  /** Unix ms of each request. */
  readonly keyFrameRequests: number[] = [];
  readonly ready: Promise<void>;

  get pid(): number {
    return this.#process.pid;
  }

  constructor(args: string[]) {
    this.#process = new LineProcess("swarm/panelist.ts", args);
    const started = new Promise<void>((resolve) => {
      this.#process.onLine = (line) => {
        if (line.event === "ready") {
          inRealTime(this.pid);
          resolve();
        }
        if (line.event === "key-frame-request") this.keyFrameRequests.push(Number(line.atMs));
      };
    });
    this.ready = Promise.race([started, this.#process.ended]);
    this.ready.catch(() => undefined);
  }

  stop(): void {
    this.#process.stop();
  }
}

/** The bare router of audience-bare.ts. */
export class BareRouter {
  readonly #process = new LineProcess("bench/audience-bare.ts", []);
  readonly ready: Promise<{ url: string; workerPid: number }>;

  constructor() {
    const started = new Promise<{ url: string; workerPid: number }>((resolve) => {
      this.#process.onLine = (line) => resolve({ url: String(line.url), workerPid: Number(line.workerPid) });
    });
    this.ready = Promise.race([started, this.#process.ended]);
    this.ready.catch(() => undefined);
  }

  stop(): void {
    this.#process.stop();
  }
}
