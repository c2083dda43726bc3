import type { Scope } from "@rostrum/platform";
import { estimated, retried, retryAt, videoFlows } from "@rostrum/rules";
import type { types } from "mediasoup";

/** Holds a receiver's video back while its network has room for sound only (rules/audio-first). */
export class VideoGate {
  readonly #scope: Scope;
  readonly #onChange: (held: boolean) => void;
  #state = videoFlows;

  constructor(scope: Scope, onChange: (held: boolean) => void) {
    this.#scope = scope;
    this.#onChange = onChange;
  }

  get held(): boolean {
    return this.#state.held;
  }

  /** Listen to the bandwidth estimate of a transport, about once a second. */
  async follow(transport: types.WebRtcTransport): Promise<void> {
    transport.on("trace", (trace) => {
      if (trace.type === "bwe") this.#estimate((trace.info as { availableBitrate: number }).availableBitrate);
    });
    await transport.enableTraceEvent(["bwe"]);
  }

  #estimate(bitrate: number): void {
    const before = this.#state;
    const now = performance.now();
    this.#state = estimated(before, bitrate, now);
    if (!this.#state.held || before.held) return;
    this.#onChange(true);
    const wait = (retryAt(this.#state) ?? now) - now;
    this.#scope.after(wait, "try video again", () => {
      this.#state = retried(this.#state, performance.now());
      this.#onChange(false);
    });
  }
}
