import type { types } from "mediasoup-client";
import { between, type Counters, countersOf, nextPlayout, noPlayout } from "./playout.ts";

const lookEveryMs = 2000;

/** Holds what a connection receives for as long as its path needs, and no longer. Owner calls `close`. */
export class PlayoutKeeper {
  readonly #transport: types.Transport;
  readonly #receivers: () => Iterable<RTCRtpReceiver>;
  readonly #timer: ReturnType<typeof setInterval>;
  #playout = noPlayout;
  #before: Counters | undefined;

  constructor(transport: types.Transport, receivers: () => Iterable<RTCRtpReceiver>) {
    this.#transport = transport;
    this.#receivers = receivers;
    this.#timer = setInterval(() => void this.#look(), lookEveryMs);
  }

  /** For a receiver that is new: as all others, so that lips and voices stay together. */
  apply(receiver: RTCRtpReceiver): void {
    if ("jitterBufferTarget" in receiver) receiver.jitterBufferTarget = this.#playout.targetMs;
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #look(): Promise<void> {
    const report = await this.#transport.getStats().catch(() => undefined);
    if (!report || this.#transport.closed) return;
    const now = countersOf(report.values());
    const before = this.#before;
    this.#before = now;
    const smoothness = before && between(before, now, lookEveryMs / 1000);
    if (!smoothness) return;
    const { targetMs } = this.#playout;
    this.#playout = nextPlayout(this.#playout, smoothness);
    if (this.#playout.targetMs === targetMs) return;
    for (const receiver of this.#receivers()) this.apply(receiver);
  }
}
