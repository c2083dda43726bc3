import { audioRate, OpusDecoder, type StereoSamples } from "../av/index.ts";
import { AudioTrack } from "../mix/index.ts";
import { ArrivalClock, type ArrivedPacket, type SyncGroup } from "../rtp/index.ts";

export type AudioSourceOptions = {
  playoutDelayMs: number;
  /** Monotonic ms of the programme's sample 0. */
  programmeStart: number;
  group: SyncGroup;
  /** Every packet as it was sent: its sender's time, and when it is to be heard, monotonic ms. */
  onCoded?: (payload: Buffer, time: { senderMs: number; playAt: number }) => void;
};

/** So many packets in a row that came after their time are no jitter: the source has slipped (200 ms of 20 ms packets). */
const slippedAfter = 10;

/** One microphone: Opus packets in, its share of the mix out. */
export class AudioSource {
  readonly #options: AudioSourceOptions;
  readonly #decoder = new OpusDecoder();
  readonly clock: ArrivalClock;
  readonly #track = new AudioTrack();
  #lateInARow = 0;
  #closed = false;
  paused = false;

  constructor(options: AudioSourceOptions) {
    this.#options = options;
    this.clock = new ArrivalClock(audioRate, options.group);
  }

  push(packet: ArrivedPacket, _gap: boolean): void {
    if (this.#closed) return;
    const { ticks, at } = this.clock.map(packet.timestamp, packet.arrivedAt);
    const samples = this.#decoder.decode(packet.payload);
    if (!samples) return;
    // A packet is sent when its last sample is there, while its timestamp names its first.
    const packetMs = (samples.left.length * 1000) / audioRate;
    const playAt = at - packetMs + this.#options.playoutDelayMs - this.#options.programmeStart;
    this.#options.onCoded?.(packet.payload, {
      senderMs: (ticks * 1000) / audioRate,
      playAt: playAt + this.#options.programmeStart,
    });
    const heard = this.#track.write(ticks, (playAt * audioRate) / 1000, samples);
    this.#lateInARow = heard ? 0 : this.#lateInARow + 1;
    if (this.#lateInARow < slippedAfter) return;
    this.#lateInARow = 0;
    this.clock.restart();
  }

  mixInto(into: StereoSamples, start: number): void {
    this.#track.mixInto(into, start);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.clock.close();
    this.#decoder.close();
  }
}
