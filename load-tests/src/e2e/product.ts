import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import path from "node:path";
import { parseEnv } from "node:util";
import { Hopeless, until } from "./runner.ts";

const root = path.join(import.meta.dirname, "../../..");

/** What the launcher writes about a running product. */
export type RunState = {
  state: "starting" | "ready" | "stopping";
  urls: Record<string, string>;
  pids: Record<string, number>;
  /** Links of the demo webinar, fresh at every start. */
  demo: Record<string, unknown> | null;
  services: Record<string, { pid: number | null; restarts: number; log: string; env: string }>;
};

/** A product started by the launcher in a home of its own. */
export class Product {
  readonly home: string;
  readonly #child: ChildProcess | undefined;
  readonly #exited: Promise<number | null>;

  private constructor(home: string, child?: ChildProcess) {
    this.home = home;
    this.#child = child;
    this.#exited = child ? new Promise((resolve) => child.once("exit", resolve)) : Promise.resolve(null);
  }

  /** One that runs already, started by somebody else and left running by `stop`. */
  static attach(home: string): Product {
    return new Product(home);
  }

  /** Start and wait until every service is ready. */
  static async start(options: {
    home: string;
    portBase: number;
    env?: Record<string, string>;
    timeoutMs: number;
  }): Promise<Product> {
    const child = spawn(path.join(root, "rostrum"), ["up"], {
      cwd: root,
      env: {
        ...process.env,
        ROSTRUM_HOME: options.home,
        ROSTRUM_PORT_BASE: String(options.portBase),
        ...options.env,
      },
      // Its words are progress: stdout belongs to whoever asked.
      stdio: ["ignore", 2, 2],
    });
    const product = new Product(options.home, child);
    let code: number | null | undefined;
    void product.#exited.then((exit) => {
      code = exit;
    });
    await until("the product is ready", options.timeoutMs, async () => {
      if (code !== undefined) throw new Hopeless(`the launcher ended with ${code}`);
      return product.tryState()?.state === "ready";
    });
    return product;
  }

  tryState(): RunState | undefined {
    try {
      return JSON.parse(readFileSync(path.join(this.home, "run.json"), "utf8")) as RunState;
    } catch {
      return undefined;
    }
  }

  get state(): RunState {
    const state = this.tryState();
    if (!state) throw new Error("the product is not running");
    return state;
  }

  url(name: string): string {
    const url = this.state.urls[name];
    if (!url) throw new Error(`no service ${name}: ${Object.keys(this.state.urls).join(", ")}`);
    return url;
  }

  pid(name: string): number {
    const pid = this.state.pids[name];
    if (!pid) throw new Error(`no process ${name}: ${Object.keys(this.state.pids).join(", ")}`);
    return pid;
  }

  /** The folder a process works in. */
  folder(name: string): string {
    return readlinkSync(`/proc/${this.pid(name)}/cwd`);
  }

  /** What a process of the product was given. */
  env(name: string): Record<string, string | undefined> {
    const file = this.state.services[name]?.env;
    if (!file) throw new Error(`no process ${name}`);
    return parseEnv(readFileSync(file, "utf8"));
  }

  /** As Ctrl-C: SIGINT, then the launcher's exit code. */
  async stop(timeoutMs = 30_000): Promise<number | null> {
    this.#child?.kill("SIGINT");
    const timer = setTimeout(() => this.#child?.kill("SIGKILL"), timeoutMs);
    const code = await this.#exited;
    clearTimeout(timer);
    return code;
  }
}

/** Whether a process exists (a zombie counts as gone). */
export function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

/** Processes below a pid, from /proc. */
export function descendants(pid: number): number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .trim()
      .split(" ")
      .filter(Boolean)
      .map(Number);
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}

/** A gauge of a node's /metrics; undefined when it is not there. */
export async function metric(url: string, name: string): Promise<number | undefined> {
  const text = await (await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(5000) })).text();
  const line = text
    .split("\n")
    .find(
      (candidate) => candidate.startsWith(`rostrum_${name}{`) || candidate.startsWith(`rostrum_${name} `),
    );
  return line === undefined ? undefined : Number(line.split(" ").at(-1));
}
