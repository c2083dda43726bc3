import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { must, stopChild } from "./command.ts";

export type SpawnOptions = {
  env?: Record<string, string>;
  cwd?: string;
  /** File for what it says; inherited by default. */
  log?: string;
  /** Time to end by itself after SIGTERM. */
  graceMs?: number;
};

export type Rules = { input?: string[]; output?: string[] };

/** A table of nft with these rules and no others, whatever it held before. Loopback always passes. */
function ruleset(name: string, priority: number, rules: Rules): string {
  const chain = (hook: "input" | "output", device: "iifname" | "oifname"): string =>
    [
      `chain ${hook} {`,
      `type filter hook ${hook} priority ${priority}; policy accept;`,
      `${device} "lo" accept`,
      ...(rules[hook] ?? []),
      "}",
    ].join("\n");
  const table = `table inet ${name}`;
  return [
    table,
    `delete ${table}`,
    `${table} {`,
    chain("input", "iifname"),
    chain("output", "oifname"),
    "}\n",
  ].join("\n");
}

/** What leaves by a device leaves no faster than this (a token bucket with 200 ms of queue); 0 lifts the limit. */
export async function limitRate(
  run: (argv: string[]) => Promise<unknown>,
  device: string,
  kbit: number,
): Promise<void> {
  if (kbit === 0) await run(["tc", "qdisc", "del", "dev", device, "root"]).catch(() => undefined);
  else {
    const bucket = ["tbf", "rate", `${kbit}kbit`, "burst", "16kb", "latency", "200ms"];
    await run(["tc", "qdisc", "replace", "dev", device, "root", ...bucket]);
  }
}

/** One machine of the bed: a namespace with an address, a firewall and a cable that can be pulled. */
export class Host {
  readonly name: string;
  readonly namespace: string;
  /** Its own address first. */
  readonly addresses: readonly string[];
  readonly #children: { child: ChildProcess; graceMs: number }[] = [];

  constructor(options: { name: string; namespace: string; addresses: readonly string[] }) {
    this.name = options.name;
    this.namespace = options.namespace;
    this.addresses = options.addresses;
  }

  get address(): string {
    const [first] = this.addresses;
    if (!first) throw new Error(`${this.name} has no address`);
    return first;
  }

  /** The command as it runs on this host; it keeps its process id. */
  wrap(argv: readonly string[]): [string, ...string[]] {
    return ["nsenter", `--net=/run/netns/${this.namespace}`, "--", ...argv];
  }

  /** Run on this host to its end; throws with what it said when it fails. */
  run(argv: readonly string[], input?: string): Promise<string> {
    return must(this.wrap(argv), input);
  }

  /** Start a process that stays until it ends or the host closes. */
  spawn(argv: readonly string[], options: SpawnOptions = {}): ChildProcess {
    const [file, ...args] = this.wrap(argv);
    const out = options.log === undefined ? 2 : openSync(options.log, "a");
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: { ...process.env, ...options.env },
      stdio: ["pipe", "pipe", out],
    });
    if (options.log !== undefined) closeSync(out);
    child.on("error", () => {}); // Told by its exit.
    child.stdin?.on("error", () => {});
    this.#children.push({ child, graceMs: options.graceMs ?? 5000 });
    return child;
  }

  /**
   * Replace this host's firewall by rules of nft's `input` and `output` chains, e.g.
   * `{ output: ["meta l4proto udp drop"] }`. Loopback always passes; no rules: everything passes.
   */
  async firewall(rules: Rules): Promise<void> {
    await this.run(["nft", "-f", "-"], ruleset("rst_firewall", 0, rules));
  }

  /** Lose this share of packets, independently, in each direction. 0 heals. */
  async loss(percent: number): Promise<void> {
    const parts = Math.round(percent * 100);
    const rules = parts === 0 ? [] : [`numgen random mod 10000 < ${parts} drop`];
    await this.run(["nft", "-f", "-"], ruleset("rst_loss", -10, { input: rules, output: rules }));
  }

  /** Send no faster than this; 0 lifts the limit. */
  uplink(kbit: number): Promise<void> {
    return limitRate((argv) => this.run(argv), "eth0", kbit);
  }

  /** Pull the cable, or put it back. */
  async plug(state: "up" | "down"): Promise<void> {
    await this.run(["ip", "link", "set", "eth0", state]);
    // The route went with the link.
    if (state === "up")
      await this.run(["ip", "route", "replace", "default", "via", this.address.replace(/\.\d+$/, ".1")]);
  }

  async close(): Promise<void> {
    await Promise.all(this.#children.splice(0).map(({ child, graceMs }) => stopChild(child, graceMs)));
  }
}
