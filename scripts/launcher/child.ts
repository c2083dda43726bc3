import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, statSync } from "node:fs";
import type { Guard } from "./guard.ts";
import { probe, type Ready } from "./health.ts";
import { openLog, tailOf } from "./log-file.ts";
import { Trouble } from "./trouble.ts";

/** One process of the product. */
export type ServiceSpec = {
  name: string;
  command: readonly [string, ...string[]];
  cwd: string;
  env: Record<string, string>;
  user?: { uid: number; gid: number };
  ready: Ready;
  readyMs: number;
  stop: { signal: NodeJS.Signals; graceMs: number; wave: 1 | 2 | 3 | 4 | 5 };
  /** How people or nodes reach it, for run.json. */
  url?: string;
};

export type ChildEvents = {
  /** Started, restarted or ended: the state file is stale. */
  onChange: () => void;
  /** For people: one or several lines. */
  onTrouble: (text: string) => void;
};

/** A restart waits this long, doubled each time; a process that held out for ten seconds begins anew. */
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const STEADY_MS = 10_000;
/** EX_CONFIG of sysexits.h: starting again would not help. */
const BAD_CONFIG = 78;

/** Keeps one process running until it is stopped; it leads a process group of its own, which ends with it. */
export class Child {
  readonly spec: ServiceSpec;
  readonly log: string;
  restarts = 0;
  #process: ChildProcess | undefined;
  #startedAt = 0;
  #logStart = 0;
  #waitMs = FIRST_WAIT_MS;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;
  #announced = false;
  #exit: string | undefined;
  readonly #guard: Guard;
  readonly #events: ChildEvents;
  readonly #restart: boolean;

  constructor(spec: ServiceSpec, options: { log: string; guard: Guard; restart: boolean } & ChildEvents) {
    this.spec = spec;
    this.log = options.log;
    this.#guard = options.guard;
    this.#restart = options.restart;
    this.#events = options;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Start and wait until it is ready. Throws Trouble with the end of the log when it is not in time. */
  async start(note: (text: string) => void, signal: AbortSignal): Promise<void> {
    this.#spawn();
    const deadline = Date.now() + this.spec.readyMs;
    for (;;) {
      const fault = await probe(this.spec.ready, this.#startedAt);
      if (this.#stopping || signal.aborted) throw new Trouble(`${this.spec.name} was stopped`);
      if (this.#exit === undefined && fault === undefined) break;
      if (this.#exit !== undefined) throw this.#failure(`${this.spec.name} ended (${this.#exit})`);
      if (Date.now() > deadline) {
        throw this.#failure(`${this.spec.name} is not ready after ${this.spec.readyMs / 1000} s: ${fault}`);
      }
      note(fault ?? "");
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.#announced = true;
    this.#events.onChange();
  }

  /** Ask, wait for the grace, then SIGKILL the whole group. Idempotent. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#process;
    if (!child?.pid) return;
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    this.#signal(child.pid, this.spec.stop.signal);
    const timer = setTimeout(() => {
      this.#events.onTrouble(
        `! ${this.spec.name} did not stop in ${this.spec.stop.graceMs / 1000} s: killed`,
      );
      this.#kill(child.pid);
    }, this.spec.stop.graceMs);
    await gone;
    clearTimeout(timer);
  }

  #spawn(): void {
    const { command, cwd, env, user } = this.spec;
    const [file, ...args] = command;
    const fd = openLog(this.log);
    this.#logStart = statSync(this.log).size;
    this.#startedAt = Date.now();
    this.#exit = undefined;
    const child = spawn(file, args, { cwd, env, ...user, detached: true, stdio: ["ignore", fd, fd] });
    closeSync(fd);
    this.#process = child;
    if (child.pid) this.#guard.add(child.pid, this.spec.stop.signal, this.spec.stop.wave);
    let ended = false;
    const end = (how: string, code: number | null): void => {
      if (ended) return;
      ended = true;
      this.#ended(child.pid, how, code);
    };
    child.once("error", (error) => end(error.message, null));
    child.once("exit", (code, signal) => end(signal ?? `exit code ${code}`, code));
    this.#events.onChange();
  }

  #ended(pid: number | undefined, how: string, code: number | null): void {
    if (pid) {
      this.#kill(pid); // What it left behind in its group goes too.
      this.#guard.remove(pid);
    }
    this.#process = undefined;
    this.#exit = how;
    this.#events.onChange();
    if (this.#stopping || !this.#announced) return;
    const { name } = this.spec;
    if (!this.#restart || code === BAD_CONFIG) {
      this.#events.onTrouble(`✗ ${name} ended (${how}) and stays down`);
      return;
    }
    if (Date.now() - this.#startedAt > STEADY_MS) this.#waitMs = FIRST_WAIT_MS;
    const waitMs = this.#waitMs;
    this.#waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2);
    const tail = tailOf(this.log, 4, this.#logStart);
    this.#events.onTrouble(
      `✗ ${name} ended (${how}); starting it again in ${waitMs / 1000} s${tail === "" ? "" : `\n${tail}`}`,
    );
    this.#timer = setTimeout(() => {
      this.restarts += 1;
      this.#spawn();
    }, waitMs);
  }

  #failure(message: string): Trouble {
    const tail = tailOf(this.log, 8, this.#logStart);
    return new Trouble(tail === "" ? message : `${message}:\n${tail}`, `the whole log is in ${this.log}`);
  }

  #kill(pid: number | undefined): void {
    if (pid) this.#signal(pid, "SIGKILL");
  }

  /** To the whole group; one that is gone already is what was wanted. */
  #signal(pid: number, signal: NodeJS.Signals): void {
    try {
      process.kill(-pid, signal);
    } catch {
      // ESRCH.
    }
  }
}
