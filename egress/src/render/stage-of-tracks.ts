import { join } from "node:path";
import { hear, nobodySpeaks, type SpeakerState } from "@rostrum/rules";
import type { SceneMember, SceneStage } from "../programme/index.ts";
import type { FinishedTrack } from "../tracks/index.ts";
import { TrackPlayer } from "./track-player.ts";

const speakerEveryMs = 100;

/** Who was on stage and what they sent, from their separate tracks: what the compositor asks a live stage for. */
export class StageOfTracks implements SceneStage {
  readonly #directory: string;
  readonly #coming: FinishedTrack[];
  readonly #playing = new Map<string, { track: FinishedTrack; player: TrackPlayer }>();
  readonly #order: string[] = [];
  #speaker: SpeakerState = nobodySpeaks;
  #heardAt = Number.NEGATIVE_INFINITY;
  hadSources = false;
  /** Nothing arrives by itself. */
  readonly received = 0;

  constructor(directory: string, tracks: readonly FinishedTrack[]) {
    this.#directory = directory;
    this.#coming = [...tracks].sort((a, b) => a.offsetMs - b.offsetMs);
  }

  get speakerId(): string | null {
    return this.#speaker.current;
  }

  /** Brings everything to an instant of the recording; time must not go back. */
  advanceTo(now: number): void {
    for (let track = this.#coming[0]; track && track.offsetMs <= now; track = this.#coming[0]) {
      this.#coming.shift();
      this.#playing.set(track.trackId, {
        track,
        player: new TrackPlayer(join(this.#directory, track.file), track),
      });
      if (!this.#order.includes(track.participantId)) this.#order.push(track.participantId);
      this.hadSources = true;
    }
    for (const [id, { player }] of [...this.#playing]) {
      player.feed(now);
      if (!player.isOver(now)) continue;
      this.#playing.delete(id);
      player.close();
    }
    if (now - this.#heardAt < speakerEveryMs) return;
    this.#heardAt = now;
    const levels = [...this.#playing.values()].map(({ track, player }) => ({
      id: track.participantId,
      dBov: player.level,
    }));
    this.#speaker = hear(this.#speaker, levels, new Set(levels.map(({ id }) => id)), now);
  }

  members(): SceneMember[] {
    const playing = [...this.#playing.values()];
    return this.#order.flatMap((participantId) => {
      const theirs = playing.filter(({ track }) => track.participantId === participantId);
      const [first] = theirs;
      if (!first) return [];
      const of = (source: FinishedTrack["source"]): TrackPlayer | null =>
        theirs.findLast(({ track }) => track.source === source && track.codec !== null)?.player ?? null;
      return [{ participantId, name: first.track.name, camera: of("camera"), screen: of("screen") }];
    });
  }

  audioSources(): TrackPlayer[] {
    return [...this.#playing.values()].map(({ player }) => player);
  }

  close(): void {
    for (const { player } of this.#playing.values()) player.close();
    this.#playing.clear();
  }
}
