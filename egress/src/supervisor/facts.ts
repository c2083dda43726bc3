import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log, Scope, Tokens } from "@rostrum/platform";
import { Reconciler } from "@rostrum/platform";
import { Fact, FactReceipt } from "@rostrum/protocol";

export type FactsOptions = {
  /** Facts wait here, one file each, until web has accepted them. */
  directory: string;
  webInternalUrl: string;
  nodeId: string;
  tokens: Tokens;
  scope: Scope;
  log: Log;
};

/** Tells web what must not be forgotten: kept on disk and sent again until it is accepted, also after a restart. */
export class Facts {
  readonly #options: FactsOptions;
  readonly #reconciler: Reconciler;

  constructor(options: FactsOptions) {
    this.#options = options;
    this.#reconciler = new Reconciler(options.scope, {
      name: "facts",
      everyMs: 2000,
      reconcile: () => this.#send(),
    });
  }

  /** Settles when the fact is on disk. */
  async report(fact: Fact): Promise<void> {
    await mkdir(this.#options.directory, { recursive: true });
    await writeFile(join(this.#options.directory, `${fact.factId}.json`), JSON.stringify(fact), {
      flush: true,
    });
    this.#reconciler.nudge();
  }

  async #send(): Promise<void> {
    const facts = await this.#waiting();
    if (facts.length === 0) return;
    const { webInternalUrl, nodeId, tokens, log, directory } = this.#options;
    try {
      const response = await fetch(new URL("/api/internal/facts", webInternalUrl), {
        method: "POST",
        headers: {
          authorization: `Bearer ${await tokens.signNode({ nodeId, kind: "egress" })}`,
          "content-type": "application/json",
        },
        body: JSON.stringify({ facts }),
        signal: AbortSignal.timeout(5000),
      });
      if (!response.ok) throw new Error(`web answered ${response.status}`);
      const { accepted } = FactReceipt.parse(await response.json());
      for (const factId of accepted) await rm(join(directory, `${factId}.json`), { force: true });
    } catch (error) {
      log.debug({ err: error, waiting: facts.length }, "web does not take facts now");
    }
  }

  async #waiting(): Promise<Fact[]> {
    const names = await readdir(this.#options.directory).catch(() => []);
    const facts: Fact[] = [];
    for (const name of names.filter((candidate) => candidate.endsWith(".json")).slice(0, 100)) {
      const parsed = Fact.safeParse(JSON.parse(await readFile(join(this.#options.directory, name), "utf8")));
      if (parsed.success) facts.push(parsed.data);
    }
    return facts;
  }
}
