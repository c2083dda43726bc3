import type { ChildProcess } from "node:child_process";
import path from "node:path";
import { createInterface, type Interface } from "node:readline";
import type { LinkCounts } from "../relay/schedule.ts";
import type { Shape } from "../relay/shape.ts";
import { Host } from "./host.ts";
import type { LinkPlan } from "./topology.ts";

const relayMain = path.join(import.meta.dirname, "../relay/main.ts");

export type LinkState = { forth: LinkCounts; back: LinkCounts };

/**
 * The link between two regions. Their routers hold a VXLAN tunnel whose datagrams all pass one relay process, so that
 * every packet between the regions, of whatever protocol, meets its delay, jitter, loss, reorder and duplication.
 */
export class WanLink {
  readonly regions: readonly [string, string];
  readonly #host: Host;
  readonly #relay: ChildProcess;
  readonly #lines: Interface;
  readonly #waiting: ((line: string) => void)[] = [];

  static async open(plan: LinkPlan): Promise<WanLink> {
    const host = new Host({ name: "wan", namespace: plan.namespace, addresses: [] });
    const link = new WanLink(plan, host);
    await link.#answer(5000);
    return link;
  }

  private constructor(plan: LinkPlan, host: Host) {
    this.regions = plan.regions;
    this.#host = host;
    const [from, to] = plan.ends;
    const command = [
      process.execPath,
      relayMain,
      "--udp",
      "0.0.0.0:4789",
      "--from",
      `${from}:4789`,
      "--to",
      `${to}:4789`,
    ];
    this.#relay = host.spawn(command);
    this.#lines = createInterface({ input: this.#relay.stdout ?? process.stdin });
    this.#lines.on("line", (line) => this.#waiting.shift()?.(line));
    this.#relay.once("exit", () => {
      for (const waiting of this.#waiting.splice(0)) waiting('{"error":"the relay ended"}');
    });
  }

  /** Change both directions; half a round trip each way. Values not named stay as they are. */
  async shape(change: Partial<Shape>): Promise<LinkState> {
    return this.#ask(JSON.stringify(change));
  }

  /** Nothing passes any more, or everything again. */
  async cut(isCut: boolean): Promise<void> {
    await this.shape({ lossPct: isCut ? 100 : 0 });
  }

  counts(): Promise<LinkState> {
    return this.#ask("");
  }

  async close(): Promise<void> {
    this.#lines.close();
    await this.#host.close();
  }

  async #ask(line: string): Promise<LinkState> {
    const answer = this.#answer(5000);
    this.#relay.stdin?.write(`${line}\n`);
    return (await answer) as LinkState;
  }

  #answer(timeoutMs: number): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("the relay does not answer")), timeoutMs);
      this.#waiting.push((line) => {
        clearTimeout(timer);
        const value = JSON.parse(line) as { error?: string };
        if (value.error) reject(new Error(value.error));
        else resolve(value);
      });
    });
  }
}
