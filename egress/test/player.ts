import type { Clip } from "./clips.ts";
import type { SrtpSender } from "./media.ts";

type Stream = { ssrc: number; payloadType: number };
type Track = {
  stream: Stream;
  clip: Clip;
  /** Next unit of the clip. */
  unit: number;
  /** When that unit was captured, seconds of the player's clock. */
  captureAt: number;
  sequence: number;
  /** Timestamp of capture second 0. */
  base: number;
  frozen: boolean;
  pathMs: number;
  lossShare: number;
  reportAt: number;
  sent: number;
};

const reportEverySeconds = 0.5;
/** NTP of the player's second 0, ms: any number, as hosts boot when they like. */
const ntpZeroMs = 9_701_444;

/**
 * A sender of RTP with one capture clock for all its tracks: every unit is sent when it is due, whatever the machine
 * does, and every track tells its clock by sender reports (RFC 3550 §6.4.1), made as an SFU makes them: from the instant
 * at which the packets reached it.
 */
export class Player {
  readonly #sender: SrtpSender;
  readonly #tracks = new Map<number, Track>();
  readonly #began = performance.now();
  readonly #timer: NodeJS.Timeout;
  /** Sender reports are sent. */
  reports = true;
  #random = 1;

  constructor(sender: SrtpSender) {
    this.#sender = sender;
    this.#timer = setInterval(() => this.#play(), 5);
  }

  get #now(): number {
    return (performance.now() - this.#began) / 1000;
  }

  /** @param pathMs how long its packets are under way: what only its sender reports tell */
  add(stream: Stream, clip: Clip, pathMs = 0): void {
    // Whole seconds: clips of whole seconds are then in step with one another.
    const captureAt = Math.ceil(this.#now);
    this.#tracks.set(stream.ssrc, {
      stream,
      clip,
      unit: 0,
      captureAt,
      sequence: stream.ssrc % 50_000,
      base: (stream.ssrc * 7919) % 2 ** 31,
      frozen: false,
      pathMs,
      lossShare: 0,
      reportAt: 0,
      sent: 0,
    });
  }

  remove(ssrc: number): void {
    this.#tracks.delete(ssrc);
  }

  /** Nothing is sent while frozen; time goes on. */
  freeze(ssrc: number, frozen: boolean): void {
    const track = this.#tracks.get(ssrc);
    if (!track) return;
    track.frozen = frozen;
    track.unit = 0;
  }

  /** Shows another clip of the same codec from its first picture on: what a simulcast switch looks like. */
  swap(ssrc: number, clip: Clip): void {
    const track = this.#tracks.get(ssrc);
    if (!track) return;
    track.clip = clip;
    track.unit = 0;
    track.sequence += 1;
  }

  /** @param share of packets that are lost on their first sending, 0..1 */
  lose(ssrc: number, share: number): void {
    const track = this.#tracks.get(ssrc);
    if (track) track.lossShare = share;
  }

  #play(): void {
    const now = this.#now;
    for (const track of this.#tracks.values()) {
      // A packet of sound leaves when its last sample is there.
      const heldSeconds = track.clip.codec === "opus" ? track.clip.unitSeconds : 0;
      while (track.captureAt + heldSeconds + track.pathMs / 1000 <= now) this.#unit(track);
      if (!this.reports || track.frozen || track.sent === 0 || track.reportAt > now) continue;
      track.reportAt = now + reportEverySeconds;
      this.#sender.report(
        track.stream.ssrc,
        ntpZeroMs + now * 1000,
        this.#timestamp(track, now - heldSeconds),
      );
    }
  }

  #timestamp(track: Track, seconds: number): number {
    return (track.base + Math.round(seconds * track.clip.clockRate)) % 2 ** 32;
  }

  #unit(track: Track): void {
    const { stream, clip, captureAt } = track;
    const payloads = clip.units[track.unit] ?? [];
    track.captureAt += clip.unitSeconds;
    if (track.frozen) return;
    track.unit = (track.unit + 1) % clip.units.length;
    for (const [index, payload] of payloads.entries()) {
      const packet = {
        ...stream,
        marker: clip.codec !== "opus" && index === payloads.length - 1,
        sequence: track.sequence & 0xffff,
        timestamp: this.#timestamp(track, captureAt),
        payload,
      };
      track.sequence += 1;
      track.sent += 1;
      this.#sender.send(packet, track.lossShare > 0 && this.#chance() < track.lossShare);
    }
  }

  /** The same losses in every run (Park and Miller). */
  #chance(): number {
    this.#random = (this.#random * 48_271) % 2_147_483_647;
    return this.#random / 2_147_483_647;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#tracks.clear();
  }
}
