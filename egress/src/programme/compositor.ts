import { layoutScene } from "@rostrum/rules";
import { audioFrameSamples, audioRate, Picture } from "../av/index.ts";
import type { Stage, StageMember, VideoSource } from "../ingest/index.ts";
import { Limiter, monotonicMs, type Tile, type VideoMixer, waitUntil } from "../mix/index.ts";
import type { Direction, Tuning } from "./ipc.ts";
import { type Output, silence } from "./output.ts";

/** A source that has sent nothing for this long becomes a card with its name. */
const freezeMs = 5000;
/** Further behind than this, only the first tick of each part gets a picture until the clock is caught. */
const catchUpMs = 400;
const tileGap = 12;

export type CompositorOptions = {
  tuning: Tuning;
  direction: Direction;
  stage: Stage;
  mixer: VideoMixer;
  output: Output;
  /** Monotonic ms of tick 0. */
  startedAt: number;
};

/**
 * The programme's clock. Tick n is due at start + n / fps and gets a picture and its sound whatever the sources do: they
 * only leave their latest picture and their samples where the tick finds them.
 */
export class Compositor {
  readonly #options: CompositorOptions;
  readonly #canvases: [Picture, Picture];
  readonly #limiter = new Limiter();
  #audioIndex = 0;
  #encoding: Promise<void> = Promise.resolve();
  #endTick = Number.POSITIVE_INFINITY;
  direction: Direction;
  drawn = 0;
  skipped = 0;

  constructor(options: CompositorOptions) {
    this.#options = options;
    this.direction = options.direction;
    const { width, height } = options.tuning;
    this.#canvases = [new Picture(width, height), new Picture(width, height)];
  }

  /** Let the programme end at a monotonic instant; at once when it has passed. */
  endAt(instant: number): void {
    const tick = Math.round(
      ((instant - this.#options.startedAt) * this.#options.tuning.framesPerSecond) / 1000,
    );
    this.#endTick = Math.max(0, tick);
  }

  /** Runs until the end asked for, or until aborted. Rejects when encoding fails: the process is then of no use. */
  async run(signal: AbortSignal): Promise<void> {
    const { tuning, startedAt } = this.#options;
    const period = 1000 / tuning.framesPerSecond;
    let tick = 0;
    for (; tick < this.#endTick && !signal.aborted; tick += 1) {
      const due = startedAt + tick * period;
      await waitUntil(due, signal);
      const now = monotonicMs();
      this.#mixAudio(now);
      if (now - due > catchUpMs && tick % tuning.partTicks !== 0) {
        this.skipped += 1;
        continue;
      }
      await this.#picture(tick, due);
    }
    await this.#encoding;
    this.#mixAudio(startedAt + tick * period + 50);
  }

  async #picture(tick: number, due: number): Promise<void> {
    const { tuning, mixer, output } = this.#options;
    const canvas = this.#canvases[this.drawn % 2 === 0 ? 0 : 1];
    const { headline, tiles } = this.#scene(due);
    mixer.compose(canvas, tiles, { headline, title: this.direction.title });
    this.drawn += 1;
    await this.#encoding;
    this.#encoding = output.video(canvas, tick, tick % tuning.segmentTicks === 0);
    // Whoever awaits it next meets the failure; until then it must not count as unhandled.
    this.#encoding.catch(() => {});
  }

  #scene(now: number): { headline: string; tiles: Tile[] } {
    const { stage, tuning } = this.#options;
    const members = stage.members();
    const byId = new Map<string, StageMember>(members.map((member) => [member.participantId, member]));
    const sharing = members.find((member) => member.screen !== null);
    const placements = layoutScene(
      {
        layout: this.direction.layout,
        members: members.map((member) => ({ id: member.participantId })),
        screenId: sharing?.participantId ?? null,
        speakerId: stage.speakerId,
      },
      tuning,
      members.length > 1 ? tileGap : 0,
    );
    const shown = new Set<VideoSource>();
    const tiles = placements.map((placement): Tile => {
      const member = byId.get(placement.id);
      const source = placement.what === "screen" ? member?.screen : member?.camera;
      if (source) shown.add(source);
      source?.shownAt(placement.rect);
      // A slide may stand still for minutes: a screen never freezes into a card.
      const patience = placement.what === "screen" ? Number.POSITIVE_INFINITY : freezeMs;
      return { placement, frame: source?.pictureAt(now, patience) ?? null, name: member?.name ?? "" };
    });
    for (const { camera, screen } of members)
      for (const source of [camera, screen]) if (source && !shown.has(source)) source.shownAt(null);
    return { headline: stage.hadSources ? "Back soon" : "Starting soon", tiles };
  }

  /** Mixes every audio frame whose time is over. */
  #mixAudio(now: number): void {
    const { stage, output, startedAt } = this.#options;
    const due = ((now - startedAt) * audioRate) / 1000;
    while ((this.#audioIndex + 1) * audioFrameSamples <= due) {
      const mix = silence();
      for (const source of stage.audioSources()) source.mixInto(mix, this.#audioIndex * audioFrameSamples);
      this.#limiter.process(mix);
      output.audio(mix, this.#audioIndex);
      this.#audioIndex += 1;
    }
  }

  /** Only after `run` has settled. */
  close(): void {
    for (const canvas of this.#canvases) canvas.close();
  }
}
