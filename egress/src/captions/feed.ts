import type { Log, Redis, Scope } from "@rostrum/platform";
import { CaptionLine, captionsKey } from "@rostrum/protocol";

/** A line with when it is shown in the broadcast: when it was said, or, when that is over, as soon as it came. Epoch ms. */
export type ShownLine = { id: string; text: string; from: number; to: number };

export type CaptionFeedOptions = { redis: Redis; webinarId: string; scope: Scope; log: Log };

const everyMs = 400;
/**
 * A line is shown at least so long, ms, unless the next one comes: its segment is whole after up to two seconds, players
 * look for it every two, and low-latency players are hardly behind.
 */
const leastMs = 6000;
/** Lines that a rewinding player may still ask for. */
const keptLines = 5000;

/** The caption lines of one programme, as web leaves them in Redis. */
export class CaptionFeed {
  readonly #options: CaptionFeedOptions;
  #lines: ShownLine[] = [];
  #read = 0;

  constructor(options: CaptionFeedOptions) {
    this.#options = options;
    options.scope.every(everyMs, "captions", () => this.#look());
  }

  /** Lines that are seen at some time between the two, epoch ms. */
  between(from: number, to: number): ShownLine[] {
    return this.#lines.filter((line) => line.from < to && line.to > from);
  }

  async #look(): Promise<void> {
    const { redis, webinarId, log } = this.#options;
    const key = captionsKey(webinarId);
    try {
      // An emptied Redis begins again.
      if (this.#read > 0 && (await redis.llen(key)) < this.#read) this.#read = 0;
      const texts = await redis.lrange(key, this.#read, -1);
      this.#read += texts.length;
      for (const text of texts) this.#take(text);
    } catch (error) {
      log.debug({ err: error }, "captions cannot be read now");
    }
  }

  #take(text: string): void {
    const parsed = CaptionLine.safeParse(JSON.parse(text));
    if (!parsed.success) return;
    const { id, startsAt, endsAt } = parsed.data;
    const now = Date.now();
    // What players have is not changed any more: a correction is a line of its own.
    const before = this.#lines.find((line) => line.id === id);
    if (before && before.to > now) before.to = Math.max(before.from + 1, now);
    const from = Math.max(startsAt, now);
    // One at a time, whichever came first.
    for (const other of this.#lines) if (other.from < from && other.to > from) other.to = from;
    const nextFrom = Math.min(...this.#lines.filter((other) => other.from > from).map((other) => other.from));
    const to = Math.min(nextFrom, from + Math.max(leastMs, endsAt - startsAt));
    this.#lines.push({ id, text: parsed.data.text, from, to });
    this.#lines = this.#lines.slice(-keptLines);
  }
}
