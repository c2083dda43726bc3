import type { Rung } from "@rostrum/rules";
import { type EncodedVideo, H264Encoder, type Picture, Shrinker } from "../av/index.ts";
import type { Tuning } from "./ipc.ts";

/** Where the packets of a rung go; `skip`: it has none for this tick. */
export type LadderSink = {
  packet: (rung: number, packet: EncodedVideo) => void;
  skip: (rung: number, tick: number) => void;
};

type Coder = { shrinker: Shrinker; encoder: H264Encoder; on: boolean };

/**
 * The smaller renditions: the composed picture made smaller and coded again, with key frames at the same ticks. All of it
 * off the thread that draws. A rung ends with a part and begins again with a segment, so that whoever plays it has whole
 * parts only.
 */
export class Ladder {
  readonly rungs: readonly Rung[];
  readonly #tuning: Tuning;
  readonly #coders: Coder[];
  readonly #sink: LadderSink;

  constructor(tuning: Tuning, sink: LadderSink) {
    const { rungs, framesPerSecond, videoPreset: preset } = tuning;
    this.rungs = rungs;
    this.#tuning = tuning;
    this.#sink = sink;
    this.#coders = rungs.map(({ width, height, bitrateKbps }) => ({
      shrinker: new Shrinker(tuning, { width, height }),
      encoder: new H264Encoder({ width, height, framesPerSecond, bitrateKbps, preset, aside: true }),
      on: true,
    }));
  }

  /** SPS and PPS of each rung, Annex B. */
  get headers(): Buffer[] {
    return this.#coders.map(({ encoder }) => encoder.extraData);
  }

  /** Names of the rungs that are coded now. */
  get onAir(): string[] {
    return this.rungs.filter((_, index) => this.#coders[index]?.on).map(({ name }) => name);
  }

  /**
   * Calls must not overlap; `picture` is free again when it settles.
   *
   * @param wanted how many rungs, the smallest first
   */
  async encode(picture: Picture, at: { tick: number; key: boolean }, wanted: number): Promise<void> {
    const startsPart = at.tick % this.#tuning.partTicks === 0;
    await Promise.all(
      this.#coders.map(async (coder, rung) => {
        const kept = rung >= this.#coders.length - wanted;
        if (kept ? at.key : startsPart) coder.on = kept;
        if (!coder.on) {
          this.#sink.skip(rung, at.tick);
          return;
        }
        const small = await coder.shrinker.shrink(picture);
        for (const packet of await coder.encoder.encode(small, at.tick, at.key))
          this.#sink.packet(rung, packet);
      }),
    );
  }

  close(): void {
    for (const { shrinker, encoder } of this.#coders) {
      shrinker.close();
      encoder.close();
    }
  }
}
