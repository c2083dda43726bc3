import { type RtpPacket, Unwrapper } from "./packet.ts";

/** A packet with the local instant of its arrival, ms. */
export type ArrivedPacket = RtpPacket & { arrivedAt: number };

export type ReorderOptions = {
  /** How long a missing packet is waited for, ms. The playout delay must be longer. */
  holdMs: number;
  /** In order; `gap`: packets before this one are lost for good. */
  deliver: (packet: ArrivedPacket, gap: boolean) => void;
  /** Ask the sender for these again. */
  nack: (sequences: number[]) => void;
};

/** Beyond this jump the sender has restarted its numbering: not a loss to repair. */
const maxJump = 1500;
/** A NACK goes out again after this long, ms: about one round trip on a bad path. */
const nackEveryMs = 35;
const maxNacks = 3;

/** Puts packets of one SSRC in order, asks for missing ones, and gives up on them after the hold. */
export class ReorderBuffer {
  readonly #options: ReorderOptions;
  readonly #waiting = new Map<number, ArrivedPacket>();
  readonly #missing = new Map<number, { since: number; askedAt: number; asked: number }>();
  #unwrap = new Unwrapper(16);
  #next: number | undefined;
  #highest = 0;
  /** Packets that never came. */
  lost = 0;

  constructor(options: ReorderOptions) {
    this.#options = options;
  }

  push(packet: ArrivedPacket): void {
    let index = this.#unwrap.next(packet.sequence);
    if (this.#next !== undefined && Math.abs(index - this.#next) > maxJump) index = this.#restart(packet);
    if (this.#next === undefined) {
      this.#next = index;
      this.#highest = index;
    }
    if (index < this.#next || this.#waiting.has(index)) return;
    this.#missing.delete(index);
    this.#waiting.set(index, packet);
    for (let at = this.#highest + 1; at < index; at += 1)
      this.#missing.set(at, { since: packet.arrivedAt, askedAt: Number.NEGATIVE_INFINITY, asked: 0 });
    this.#highest = Math.max(this.#highest, index);
    this.#drain(false);
    if (this.#missing.size > 0) this.tick(packet.arrivedAt);
  }

  /** Sends due NACKs and gives up on what is overdue. Call at least every 20 ms. @param now ms, as `arrivedAt` */
  tick(now: number): void {
    if (this.#missing.size === 0) return;
    const ask: number[] = [];
    let overdue = -1;
    for (const [index, state] of this.#missing) {
      if (now - state.since >= this.#options.holdMs) overdue = Math.max(overdue, index);
      else if (state.asked < maxNacks && now - state.askedAt >= nackEveryMs) {
        ask.push(index & 0xffff);
        state.asked += 1;
        state.askedAt = now;
      }
    }
    if (ask.length > 0) this.#options.nack(ask);
    if (overdue >= 0) this.#giveUp(overdue);
  }

  #giveUp(last: number): void {
    for (const index of this.#missing.keys())
      if (index <= last) {
        this.#missing.delete(index);
        this.lost += 1;
      }
    this.#flushUpTo(last);
    this.#drain(true);
  }

  /** Delivers what waits at or before `last` and moves past it. */
  #flushUpTo(last: number): void {
    let gap = false;
    for (let at = this.#next ?? 0; at <= last; at += 1) {
      const packet = this.#waiting.get(at);
      this.#waiting.delete(at);
      if (packet) this.#options.deliver(packet, gap);
      gap = packet === undefined;
    }
    this.#next = last + 1;
  }

  #drain(gapBefore: boolean): void {
    let gap = gapBefore;
    while (this.#next !== undefined) {
      const packet = this.#waiting.get(this.#next);
      if (!packet) return;
      this.#waiting.delete(this.#next);
      this.#next += 1;
      this.#options.deliver(packet, gap);
      gap = false;
    }
  }

  #restart(packet: ArrivedPacket): number {
    this.#waiting.clear();
    this.#missing.clear();
    this.#unwrap = new Unwrapper(16);
    const index = this.#unwrap.next(packet.sequence);
    this.#next = index;
    this.#highest = index;
    return index;
  }
}
