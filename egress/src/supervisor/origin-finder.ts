import { Lease, type Redis, Registry, type Tokens } from "@rostrum/platform";
import { rendezvous } from "@rostrum/rules";
import type { OriginAddress } from "../ingest/index.ts";

/** A credential is good for two minutes; a new one is handed over well before. */
const tokenLifeMs = 60_000;

/** Finds the origin that holds a webinar's stage, by its lease and the registry. */
export class OriginFinder {
  readonly #redis: Redis;
  readonly #registry: Registry;
  readonly #tokens: Tokens;
  readonly #nodeId: string;
  #token: { text: string; until: number } | null = null;

  constructor(options: { redis: Redis; tokens: Tokens; nodeId: string }) {
    this.#redis = options.redis;
    this.#registry = new Registry(options.redis);
    this.#tokens = options.tokens;
    this.#nodeId = options.nodeId;
  }

  /** Null while nobody has the stage. */
  async find(webinarId: string): Promise<OriginAddress | null> {
    const lease = await Lease.peek(this.#redis, `lease:stage:${webinarId}`);
    const origin = lease && (await this.#registry.find("origin", lease.holder));
    if (!origin) return null;
    return { url: origin.internalUrl, token: await this.#credential() };
  }

  /** As `find`, or while nobody has the stage the origin that everybody would choose for it. Null: there is none. */
  async findOrChoose(webinarId: string): Promise<OriginAddress | null> {
    const holder = await this.find(webinarId);
    if (holder) return holder;
    const origins = (await this.#registry.list("origin")).filter(({ draining }) => !draining);
    const ids = origins.map(({ nodeId }) => nodeId);
    const chosen = origins.find(({ nodeId }) => nodeId === rendezvous(webinarId, ids));
    return chosen ? { url: chosen.internalUrl, token: await this.#credential() } : null;
  }

  async #credential(): Promise<string> {
    if (!this.#token || this.#token.until < Date.now()) {
      const text = await this.#tokens.signNode({ nodeId: this.#nodeId, kind: "egress" });
      this.#token = { text, until: Date.now() + tokenLifeMs };
    }
    return this.#token.text;
  }
}
