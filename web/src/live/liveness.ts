/**
 * What else is known of a server that does not answer: media from it flows, has stalled, or there is none to judge by.
 * A server in a stampede answers late while its media flows on; one that is frozen does neither.
 */
export type Witness = () => Promise<"flows" | "stalled" | "none">;

export const livenessRules = {
  /** Ask after this long without a word, ms. */
  quietMs: 700,
  /** Unanswered for this long is suspicious, ms: the witness is asked, who needs a moment itself. */
  answerMs: 300,
  /** A server whose media stalled too is given up then; one without media, or with media that flows, later. */
  patienceMs: { stalled: 700, none: 5000, flows: 15_000 },
  tickMs: 100,
} as const;

type LivenessOptions = {
  /** Rejects when it could not be sent or was not answered. */
  ping: () => Promise<unknown>;
  onDead: () => void;
  now?: () => number;
};

/** Notices within seconds that the other end of a socket is frozen or cut off: TCP alone takes minutes. */
export class Liveness {
  witness: Witness = () => Promise.resolve("none");
  readonly #options: LivenessOptions;
  readonly #now: () => number;
  #timer: ReturnType<typeof setInterval> | undefined;
  #heardAt: number;
  #askedAt: number | undefined;
  #judging = false;

  constructor(options: LivenessOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#heardAt = this.#now();
  }

  start(): void {
    this.#timer ??= setInterval(() => this.tick(), livenessRules.tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Anything came from the other end. */
  heard(): void {
    this.#heardAt = this.#now();
    this.#askedAt = undefined;
  }

  /** Timers of a hidden page run rarely: silence counts from when we asked, never from when we last heard. */
  tick(): void {
    const now = this.#now();
    if (this.#askedAt === undefined) {
      if (now - this.#heardAt < livenessRules.quietMs) return;
      this.#askedAt = now;
      // Unanswered is what `tick` is there to notice.
      this.#options.ping().catch(() => undefined);
    } else if (now - this.#askedAt >= livenessRules.answerMs) void this.#judge(this.#askedAt);
  }

  async #judge(askedAt: number): Promise<void> {
    if (this.#judging) return;
    this.#judging = true;
    try {
      const verdict = await this.witness().catch(() => "none" as const);
      const silent = this.#askedAt === askedAt && this.#now() - askedAt >= livenessRules.patienceMs[verdict];
      if (!silent || !this.#timer) return;
      this.stop();
      this.#options.onDead();
    } finally {
      this.#judging = false;
    }
  }
}
