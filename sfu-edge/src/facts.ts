import { type Log, type Scope, sleep, type Tokens } from "@rostrum/platform";
import { type Fact, FactReceipt } from "@rostrum/protocol";
import { backoffMs } from "@rostrum/rules";

/** Facts kept while web cannot be reached; about two hours of joins and leaves of a full edge. */
const maxQueued = 50_000;
const batchSize = 200;
/**
 * What happens within this goes together, ms: people pour in, and one statement for a hundred stays leaves web and the
 * database to those who are still at the door. A node that is killed takes no more than this with it.
 */
const gatherMs = 300;

type FactsOptions = { webUrl: string; tokens: Tokens; nodeId: string; scope: Scope; log: Log };

/** What this node must tell web, kept until web has it. Sending a fact twice is harmless: it has an id. */
export class Facts {
  readonly #options: FactsOptions;
  readonly #queue: Fact[] = [];
  #sending: Promise<void> | undefined;

  constructor(options: FactsOptions) {
    this.#options = options;
    options.scope.add("facts", () => this.#flush());
  }

  get queued(): number {
    return this.#queue.length;
  }

  report(fact: Fact): void {
    this.#queue.push(fact);
    if (this.#queue.length > maxQueued) {
      this.#queue.shift();
      this.#options.log.error("facts are lost: web has been away for too long");
    }
    this.#kick();
  }

  #kick(): void {
    if (this.#sending || this.#options.scope.closed) return;
    this.#sending = this.#drain(this.#options.scope.signal).finally(() => {
      this.#sending = undefined;
    });
  }

  async #drain(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; this.#queue.length > 0 && !signal.aborted; ) {
      await sleep(gatherMs, signal).catch(() => {});
      if (await this.#sendBatch()) {
        attempt = 0;
        continue;
      }
      await sleep(100 + backoffMs(attempt++, Math.random()), signal).catch(() => {});
    }
  }

  /** The last chance: web is asked a few times while the node stops. */
  async #flush(): Promise<void> {
    await this.#sending;
    for (let attempt = 0; this.#queue.length > 0 && attempt < 4; attempt++) {
      if (!(await this.#sendBatch())) await sleep(250);
    }
  }

  async #sendBatch(): Promise<boolean> {
    const { webUrl, tokens, nodeId, log } = this.#options;
    const facts = this.#queue.slice(0, batchSize);
    try {
      const response = await fetch(`${webUrl}/api/internal/facts`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          authorization: `Bearer ${await tokens.signNode({ nodeId, kind: "edge" })}`,
        },
        body: JSON.stringify({ facts }),
        signal: AbortSignal.timeout(3000),
      });
      if (!response.ok) throw new Error(`web answered ${response.status}`);
      const accepted = new Set(FactReceipt.parse(await response.json()).accepted);
      const rest = this.#queue.filter((fact) => !accepted.has(fact.factId));
      this.#queue.splice(0, this.#queue.length, ...rest);
      return accepted.size > 0;
    } catch (error) {
      log.warn({ err: error, queued: this.#queue.length }, "facts could not be delivered; trying again");
      return false;
    }
  }
}
