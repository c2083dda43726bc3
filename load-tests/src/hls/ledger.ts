import { Histogram } from "../swarm/histogram.ts";
import type { Reply } from "./connection.ts";

export type AudienceReport = {
  viewers: number;
  seconds: number;
  requests: number;
  /** Different playlist versions, and different parts and segments, that somebody asked for first. */
  versions: number;
  files: number;
  mbitPerSec: number;
  /** From the first viewer who had a version to each who had it later, ms. */
  playlistMs: { p50: number | null; p95: number | null; max: number | null };
  /** From the request of a part or segment to its last byte, ms. */
  mediaMs: { p50: number | null; p95: number | null; max: number | null };
  stalls: number;
  faults: Record<string, number>;
};

/** What an audience saw since `begin`: one for all viewers of a process. */
export class ViewerLedger {
  readonly partMs: number;
  #firstAt = new Map<string, number>();
  #playlist = new Histogram();
  #media = new Histogram();
  /** Files somebody has had already. */
  #known = new Set<string>();
  #versions = 0;
  #files = 0;
  #requests = 0;
  #bytes = 0;
  #stalls = 0;
  #faults: Record<string, number> = {};
  #startedAt = performance.now();

  constructor(partMs: number) {
    this.partMs = partMs;
  }

  begin(): void {
    this.#playlist = new Histogram();
    this.#media = new Histogram();
    this.#versions = 0;
    this.#files = 0;
    this.#requests = 0;
    this.#bytes = 0;
    this.#stalls = 0;
    this.#faults = {};
    this.#startedAt = performance.now();
  }

  /** The answer to a blocking reload: it was held until the version was there, so only differences tell. */
  playlist(version: string, reply: Reply): void {
    this.#count(reply);
    const now = performance.now();
    const first = this.#firstAt.get(version);
    if (first === undefined) {
      this.#versions += 1;
      this.#firstAt.set(version, now);
      if (this.#firstAt.size > 200) this.#firstAt.delete(this.#firstAt.keys().next().value ?? "");
    }
    this.#playlist.add(now - (first ?? now));
  }

  plainPlaylist(reply: Reply): void {
    this.#count(reply);
    this.#playlist.add(reply.tookMs);
  }

  media(file: string, reply: Reply): void {
    if (!this.#known.has(file)) this.#files += 1;
    this.#known.add(file);
    this.#count(reply);
    this.#media.add(reply.tookMs);
  }

  stall(): void {
    this.#stalls += 1;
  }

  fault(what: string): void {
    this.#faults[what] = (this.#faults[what] ?? 0) + 1;
  }

  report(viewers: number): AudienceReport {
    const seconds = (performance.now() - this.#startedAt) / 1000;
    return {
      viewers,
      seconds: Math.round(seconds),
      requests: this.#requests,
      versions: this.#versions,
      files: this.#files,
      mbitPerSec: Math.round((this.#bytes * 8) / seconds / 1e6),
      playlistMs: summary(this.#playlist),
      mediaMs: summary(this.#media),
      stalls: this.#stalls,
      faults: this.#faults,
    };
  }

  #count({ bytes }: Reply): void {
    this.#requests += 1;
    this.#bytes += bytes;
  }
}

const summary = (histogram: Histogram): AudienceReport["mediaMs"] => ({
  p50: histogram.percentile(0.5),
  p95: histogram.percentile(0.95),
  max: histogram.percentile(1),
});
