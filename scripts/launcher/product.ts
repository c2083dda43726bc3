import path from "node:path";
import { Child, type ServiceSpec } from "./child.ts";
import { checkDisk } from "./disk.ts";
import { writeEnvFile } from "./env-file.ts";
import { Guard } from "./guard.ts";
import { prepareHome } from "./places.ts";
import { mediaNodes, urlsOf } from "./plan.ts";
import { portNeeds } from "./port-needs.ts";
import { portsOf, requirePorts } from "./ports.ts";
import type { Progress } from "./progress.ts";
import { hasRunFile, type RunFile, removeRunFile, writeRunFile } from "./run-file.ts";
import { loadSecrets, type Secrets } from "./secrets.ts";
import type { Settings } from "./settings.ts";
import { runSteps, type Step } from "./steps.ts";
import { ensureTools, toolsFor } from "./system.ts";

/** What a plan may use to bring parts up. */
export type Bringing = {
  settings: Settings;
  ports: ReturnType<typeof portsOf>;
  secrets: Secrets;
  progress: Progress;
  signal: AbortSignal;
  /** File for the output of work that ends, such as a build. */
  log: (name: string) => string;
  /** Start a process and wait until it is ready. */
  start: (spec: ServiceSpec) => Promise<void>;
  /** Remember the demo's links. */
  demo: (links: Record<string, unknown>) => void;
  demoLinks: () => Record<string, unknown>;
};

/** After a run that was killed, its processes are still ending and hold their ports. */
const AFTER_CRASH_MS = 15_000;

/** All processes of one installation: owns them, restarts them, stops them in order. */
export class Product {
  readonly #settings: Settings;
  readonly #progress: Progress;
  readonly #guard = new Guard();
  readonly #children: Child[] = [];
  readonly #abort = new AbortController();
  #run: RunFile | undefined;
  #stopped: Promise<void> | undefined;

  constructor(settings: Settings, progress: Progress) {
    this.#settings = settings;
    this.#progress = progress;
  }

  get run(): RunFile | undefined {
    return this.#run;
  }

  /** Bring everything up; on failure what was started is stopped before the error is thrown. */
  async start(plan: (bringing: Bringing) => Step[]): Promise<RunFile> {
    try {
      const run = await this.#prepare();
      const bringing = this.#bringing();
      await runSteps(
        plan(bringing).map((step) => ({
          ...step,
          run: async () => {
            this.#abort.signal.throwIfAborted();
            await step.run();
          },
        })),
        () => this.#abort.abort(new Error("another step failed")),
      );
      run.state = "ready";
      this.#write();
      return run;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** Reverse order, bounded, idempotent. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  /** Without any patience: the guard's shell sends the last signal. */
  abandon(): void {
    for (const child of this.#children) {
      if (!child.pid) continue;
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // Gone.
      }
    }
  }

  async #prepare(): Promise<RunFile> {
    const settings = this.#settings;
    const crashed = hasRunFile(settings.home);
    prepareHome(settings.home);
    await checkDisk(settings.home);
    await ensureTools(toolsFor(settings), this.#progress, this.#log("apt"));
    await requirePorts(portNeeds(settings), crashed ? AFTER_CRASH_MS : 0);
    const urls = urlsOf(settings, portsOf(settings.portBase));
    const running: string[] = mediaNodes(settings);
    const run: RunFile = {
      pid: process.pid,
      state: "starting",
      startedAt: new Date().toISOString(),
      home: settings.home,
      portBase: settings.portBase,
      urls: Object.fromEntries(
        Object.entries(urls)
          .filter(([name]) => !/^(origin|edge)/.test(name) || running.includes(name))
          .map(([name, url]) => [name, url.public]),
      ),
      demo: null,
      pids: {},
      services: {},
    };
    this.#run = run;
    this.#write();
    return run;
  }

  #bringing(): Bringing {
    return {
      settings: this.#settings,
      ports: portsOf(this.#settings.portBase),
      secrets: loadSecrets(this.#settings.home, this.#settings.env),
      progress: this.#progress,
      signal: this.#abort.signal,
      log: (name) => this.#log(name),
      start: (spec) => this.#startChild(spec),
      demo: (links) => {
        if (this.#run) this.#run.demo = links;
      },
      demoLinks: () => this.#run?.demo ?? {},
    };
  }

  #log(name: string): string {
    return path.join(this.#settings.home, "logs", `${name}.log`);
  }

  async #startChild(spec: ServiceSpec): Promise<void> {
    this.#abort.signal.throwIfAborted();
    writeEnvFile(this.#envFile(spec.name), spec.env);
    const child = new Child(spec, {
      log: this.#log(spec.name),
      guard: this.#guard,
      restart: !this.#settings.noRestart.has(spec.name),
      onChange: () => this.#write(),
      onTrouble: (text) => this.#progress.line(text),
    });
    this.#children.push(child);
    await this.#progress.during(spec.name, (step) => child.start(step.note, this.#abort.signal));
  }

  #envFile(name: string): string {
    return path.join(this.#settings.home, "env", `${name}.env`);
  }

  async #stop(): Promise<void> {
    this.#abort.abort(new Error("stopping"));
    if (this.#run) this.#run.state = "stopping";
    this.#write();
    for (const wave of [1, 2, 3, 4, 5]) {
      const members = this.#children.filter((child) => child.spec.stop.wave === wave);
      await Promise.all(members.map((child) => child.stop()));
    }
    this.#guard.close();
    if (this.#run) removeRunFile(this.#settings.home);
    this.#run = undefined;
  }

  #write(): void {
    if (!this.#run) return;
    this.#run.services = Object.fromEntries(
      this.#children.map((child) => [
        child.spec.name,
        {
          pid: child.pid ?? null,
          restarts: child.restarts,
          log: child.log,
          env: this.#envFile(child.spec.name),
        },
      ]),
    );
    this.#run.pids = Object.fromEntries(
      this.#children.flatMap((child) => (child.pid ? [[child.spec.name, child.pid]] : [])),
    );
    writeRunFile(this.#run);
  }
}
