import { Unwrapper } from "../rtp/index.ts";

/** What arrives is held this long, so that uneven delivery (TCP, Wi-Fi) leaves evenly, ms. */
const holdMs = 80;
/** What was late once may be so again: this much more is held from then on, ms. */
const marginMs = 20;
/** Held longer than this beyond need, a stream comes nearer again, ms. */
const slackMs = 120;
const windowMs = 5000;
const nearerMs = 10;
/** Timestamps that run away from the clock by more began anew, ms. */
const jumpMs = 1500;
/** Held at most, ms: an encoder whose network stalls for longer is shown with a gap. */
const mostMs = 1000;

/**
 * Turns an encoder's timestamps into the time that is on our clock: when a packet is due to leave, and where it is on a
 * media time line that goes on when the encoder comes back. One line for picture and sound, so they stay together
 * whatever either of them is late.
 */
export class EncoderClock {
  #unwrap = new Unwrapper(32);
  /** Local time of the encoder's zero. */
  #zero: number | null = null;
  /** Media time of the encoder's zero, ms. */
  #media = 0;
  /** Local time at which media time was zero. */
  readonly #began: number;
  /** The furthest place given out: a new beginning is behind it. */
  #latest = 0;
  #least = Number.POSITIVE_INFINITY;
  #windowAt = 0;

  /** @param now local ms on a clock that only goes forward */
  constructor(now: number) {
    this.#began = now;
  }

  /** A new connection of the encoder: its timestamps have nothing to do with the ones before. */
  restart(): void {
    this.#unwrap = new Unwrapper(32);
    this.#zero = null;
  }

  /**
   * @param timestamp 32 bits of ms, wraps
   * @returns `dueAt`: local time to send at. `mediaMs`: on the line of all connections, rises by wall time between them
   */
  place(timestamp: number, now: number): { dueAt: number; mediaMs: number } {
    const at = this.#unwrap.next(timestamp);
    if (this.#zero === null || Math.abs(this.#zero + at - now) > jumpMs) this.#anchor(at, now);
    let zero = this.#zero ?? now;
    const ahead = zero + at - now;
    if (ahead < 0) zero = this.#move(marginMs - ahead);
    this.#noteSlack(ahead, now);
    const mediaMs = this.#media + at;
    this.#latest = Math.max(this.#latest, mediaMs);
    return { dueAt: zero + at, mediaMs };
  }

  /** Local time at which a place on the media line is due: what a sender report says. */
  dueOf(mediaMs: number): number {
    return mediaMs - this.#media + (this.#zero ?? 0);
  }

  #anchor(at: number, now: number): void {
    this.#zero = now + holdMs - at;
    this.#media = Math.max(now - this.#began, this.#latest) - at;
    this.#least = Number.POSITIVE_INFINITY;
    this.#windowAt = now;
  }

  #move(byMs: number): number {
    const zero = (this.#zero ?? 0) + Math.min(byMs, mostMs);
    this.#zero = zero;
    return zero;
  }

  #noteSlack(ahead: number, now: number): void {
    this.#least = Math.min(this.#least, ahead);
    if (now - this.#windowAt < windowMs) return;
    if (this.#least > slackMs) this.#move(-nearerMs);
    this.#least = Number.POSITIVE_INFINITY;
    this.#windowAt = now;
  }
}
