/** What a compositor leaves out when it has not the time for everything. Sound is never left out. */
export type Quality = {
  /** Smaller renditions that are coded, smallest first. */
  rungs: number;
  /** Every n-th tick of a part gets a picture. */
  divisor: number;
  /** The encoder that costs least, at the same bit rate. */
  leastEffort: boolean;
  /** Tiles move to their new places; else they jump. */
  animate: boolean;
  /** Highest simulcast layer that is asked for. */
  maxLayer: number;
  /** Sources are decoded at their key frames only. */
  keyframesOnly: boolean;
};

const full: Quality = {
  rungs: 0,
  divisor: 1,
  leastEffort: false,
  animate: true,
  maxLayer: 3,
  keyframesOnly: false,
};
const lean: Quality = { ...full, leastEffort: true, animate: false };
/** From all to least; each step costs about half of the one before. */
export const qualities: readonly Quality[] = [
  full,
  lean,
  { ...lean, divisor: 2, maxLayer: 1 },
  { ...lean, divisor: 5, maxLayer: 1 },
  { ...lean, divisor: 10, maxLayer: 0, keyframesOnly: true },
];

/** The same with a ladder of so many rungs: they go before anything else does, the smallest last. */
export function qualitiesWith(rungs: number): readonly Quality[] {
  const kept = rungs > 1 ? [rungs, 1] : rungs === 1 ? [1] : [];
  return [...kept.map((left) => ({ ...full, rungs: left })), ...qualities];
}

/** Later than this the clock is not kept: about two frames and a half. */
const lateMs = 80;
/** So long in a row before a step down: a single hiccup is caught up with and costs nothing more. */
const patienceMs = 500;
const steadyMs = 40;
/** Late time counts so many times against the time kept: one tick in ten may be late on a machine that has others. */
const spikeWeight = 5;
const maxTickMs = 100;
/** In time for so long before a step up is tried. */
const firstHoldMs = 4000;
const maxHoldMs = 60_000;
/** A step up that is taken back within this time was too early: the next one is tried later. */
const trialMs = 10_000;

/**
 * Decides from the clock's lateness how much is drawn. Down within half a second, up only after seconds in time, and
 * with more and more patience when going up did not last: it must not swing.
 */
export class Governor {
  readonly #qualities: readonly Quality[];
  #level = 0;
  #lateSince: number | null = null;
  #notedAt: number | null = null;
  /** Time gone by in time, less what spikes have taken from it. */
  #steadyMs = 0;
  #raisedAt = Number.NEGATIVE_INFINITY;
  #holdMs = firstHoldMs;

  /** @param rungs of the ladder */
  constructor(rungs = 0) {
    this.#qualities = qualitiesWith(rungs);
  }

  /** 0: nothing is left out. */
  get level(): number {
    return this.#level;
  }

  get quality(): Quality {
    return this.#qualities[this.#level] ?? full;
  }

  /** Once per tick. @param now ms, only rising @param lagMs how late the tick is */
  note(now: number, lagMs: number): void {
    const passed = Math.min(maxTickMs, now - (this.#notedAt ?? now));
    this.#notedAt = now;
    if (lagMs > lateMs) {
      this.#steadyMs = Math.max(0, this.#steadyMs - spikeWeight * passed);
      this.#lateSince ??= now;
      if (now - this.#lateSince >= patienceMs) this.#lower(now);
      return;
    }
    this.#lateSince = null;
    if (lagMs <= steadyMs) this.#steadyMs += passed;
    if (this.#steadyMs >= this.#holdMs) this.#raise(now);
  }

  #lower(now: number): void {
    this.#lateSince = now;
    this.#steadyMs = 0;
    if (this.#level === this.#qualities.length - 1) return;
    this.#level += 1;
    if (now - this.#raisedAt > trialMs) return;
    this.#holdMs = Math.min(maxHoldMs, this.#holdMs * 2);
    this.#raisedAt = Number.NEGATIVE_INFINITY;
  }

  #raise(now: number): void {
    this.#steadyMs = 0;
    // The step before has lasted: patience comes back.
    if (Number.isFinite(this.#raisedAt) && now - this.#raisedAt > trialMs)
      this.#holdMs = Math.max(firstHoldMs, this.#holdMs / 2);
    if (this.#level === 0) return;
    this.#level -= 1;
    this.#raisedAt = now;
  }
}
