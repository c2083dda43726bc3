import { atRest, layoutScene, type Placement, placesAt, steer } from "@rostrum/rules";
import type { Frame } from "node-av/lib";
import { audioFrameSamples, audioRate, Picture, type StereoSamples } from "../av/index.ts";
import {
  Leveller,
  Limiter,
  monotonicMs,
  nextTurn,
  type Tile,
  type VideoMixer,
  waitUntil,
} from "../mix/index.ts";
import { Governor, type Quality } from "./governor.ts";
import type { Direction, Tuning } from "./ipc.ts";
import { type Output, silence } from "./output.ts";
import { englishSlates } from "./slates.ts";

/** A source that has sent nothing for this long becomes a card with its name. */
const freezeMs = 5000;
/** Further behind than this, only the first tick of each part gets a picture until the clock is caught. */
const catchUpMs = 400;
const tileGap = 12;
/** Turns of the event loop, each some 30 packets, to read what has arrived. */
const maxReadRounds = 24;

/** What gives a picture when it is asked for one: somebody's camera or screen. */
export type PictureSource = {
  keyframesOnly: boolean;
  advance(now: number): void;
  pictureAt(now: number, freezeMs: number): Frame | null;
  shownAt(size: { width: number; height: number } | null, maxLayer: number): void;
};
export type SceneMember = {
  participantId: string;
  name: string;
  camera: PictureSource | null;
  screen: PictureSource | null;
};
/** Who is there and what they send: live, or from their separate tracks. */
export type SceneStage = {
  members(): SceneMember[];
  audioSources(): { mixInto(into: StereoSamples, start: number): void }[];
  readonly speakerId: string | null;
  readonly hadSources: boolean;
  readonly received: number;
};
/** Where the time comes from, ms. */
export type ProgrammeClock = {
  now(): number;
  until(instant: number, signal: AbortSignal): Promise<void>;
};
const liveClock: ProgrammeClock = { now: monotonicMs, until: waitUntil };

export type CompositorOptions = {
  tuning: Tuning;
  direction: Direction;
  stage: SceneStage;
  /** Without: as time goes by. */
  clock?: ProgrammeClock;
  mixer: VideoMixer;
  output: Output;
  /** Another person speaks than before, or shares a screen, at a tick. */
  onTurn: (tick: number, what: "speaker" | "sharing", name: string | null) => void;
  /** Monotonic ms of tick 0. */
  startedAt: number;
};

/**
 * The programme's clock. Tick n is due at start + n / fps and gets a picture and its sound whatever the sources do: they
 * only leave their latest picture and their samples where the tick finds them.
 */
export class Compositor {
  readonly #options: CompositorOptions;
  readonly #clock: ProgrammeClock;
  readonly #canvases: [Picture, Picture];
  readonly #leveller = new Leveller();
  readonly #limiter = new Limiter();
  readonly #mix = silence();
  #motion = atRest([]);
  readonly #turns: Record<"speaker" | "sharing", string | null> = { speaker: null, sharing: null };
  #audioIndex = 0;
  #encoding: Promise<void> = Promise.resolve();
  #endTick = Number.POSITIVE_INFINITY;
  direction: Direction;
  drawn = 0;
  skipped = 0;
  /** Ticks gone by, drawn or not: while this grows the clock is alive, however late. */
  ticks = 0;
  /** How late the last tick was, ms. */
  lagMs = 0;
  readonly #governor: Governor;

  constructor(options: CompositorOptions) {
    this.#options = options;
    this.#clock = options.clock ?? liveClock;
    this.direction = options.direction;
    const { width, height, rungs } = options.tuning;
    this.#governor = new Governor(rungs.length);
    this.#canvases = [new Picture(width, height), new Picture(width, height)];
  }

  /** Let the programme end at a monotonic instant; at once when it has passed. */
  endAt(instant: number): void {
    const tick = Math.round(
      ((instant - this.#options.startedAt) * this.#options.tuning.framesPerSecond) / 1000,
    );
    this.#endTick = Math.max(0, tick);
  }

  /** How much is left out for want of time, 0: nothing. */
  get level(): number {
    return this.#governor.level;
  }

  /** Runs until the end asked for, or until aborted. Rejects when encoding fails: the process is then of no use. */
  async run(signal: AbortSignal): Promise<void> {
    const { tuning, startedAt } = this.#options;
    const period = 1000 / tuning.framesPerSecond;
    let tick = 0;
    for (; tick < this.#endTick && !signal.aborted; tick += 1) {
      const due = startedAt + tick * period;
      await this.#clock.until(due, signal);
      if (this.#clock.now() - due > period) await this.#takeArrived();
      const now = this.#clock.now();
      this.lagMs = now - due;
      this.ticks = tick;
      this.#governor.note(now, this.lagMs);
      this.#mixAudio(now);
      if (this.#isDrawn(tick)) await this.#picture(tick, due);
      else this.skipped += 1;
    }
    await this.#encoding;
    this.#mixAudio(startedAt + tick * period + 50);
  }

  /** Packets that came while this process had no time are there: sound must not be mixed before they are read. */
  async #takeArrived(): Promise<void> {
    const { stage } = this.#options;
    for (let round = 0; round < maxReadRounds; round += 1) {
      const before = stage.received;
      await nextTurn();
      if (stage.received === before) return;
    }
  }

  /** The first tick of a part always is: a part begins with a picture. */
  #isDrawn(tick: number): boolean {
    const inPart = tick % this.#options.tuning.partTicks;
    return inPart === 0 || (inPart % this.#governor.quality.divisor === 0 && this.lagMs <= catchUpMs);
  }

  async #picture(tick: number, due: number): Promise<void> {
    const { tuning, mixer, output } = this.#options;
    const canvas = this.#canvases[this.drawn % 2 === 0 ? 0 : 1];
    const { quality } = this.#governor;
    const { headline, tiles } = this.#scene(tick, due, quality);
    mixer.compose(canvas, tiles, { headline, title: this.direction.title });
    this.drawn += 1;
    await this.#encoding;
    const key = tick % tuning.segmentTicks === 0;
    // Another encoder begins with a key frame: at once when time is short, else where one is due anyway.
    if (quality.leastEffort ? tick % tuning.partTicks === 0 : key) output.useLeastEffort(quality.leastEffort);
    this.#encoding = output.video(canvas, { tick, key }, quality.rungs);
    // Whoever awaits it next meets the failure; until then it must not count as unhandled.
    this.#encoding.catch(() => {});
  }

  #noteTurn(tick: number, what: "speaker" | "sharing", name: string | null): void {
    if (name === this.#turns[what]) return;
    this.#turns[what] = name;
    this.#options.onTurn(tick, what, name);
  }

  #scene(tick: number, now: number, quality: Quality): { headline: string; tiles: Tile[] } {
    const { stage, tuning } = this.#options;
    const members = stage.members();
    const byId = new Map<string, SceneMember>(members.map((member) => [member.participantId, member]));
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
    this.#noteTurn(
      tick,
      "speaker",
      stage.speakerId === null ? null : (byId.get(stage.speakerId)?.name ?? null),
    );
    this.#noteTurn(tick, "sharing", sharing?.name ?? null);
    const shown = new Set<PictureSource>();
    const sourceOf = ({ id, what }: Placement): PictureSource | null | undefined =>
      what === "screen" ? byId.get(id)?.screen : byId.get(id)?.camera;
    // By where a tile goes, not by where it is: layers must not follow an animation.
    for (const placement of placements) sourceOf(placement)?.shownAt(placement.rect, quality.maxLayer);
    this.#motion = steer(this.#motion, placements, { now, animate: quality.animate });
    // A frame ahead: the first picture after a change shows that something moves.
    const seen = placesAt(this.#motion, now + 1000 / tuning.framesPerSecond);
    const tiles = seen.map((placement): Tile => {
      const member = byId.get(placement.id);
      const source = sourceOf(placement);
      if (source) shown.add(source);
      // A slide may stand still for minutes: a screen never freezes into a card.
      const patience = placement.what === "screen" ? Number.POSITIVE_INFINITY : freezeMs;
      return { placement, frame: source?.pictureAt(now, patience) ?? null, name: member?.name ?? "" };
    });
    for (const { camera, screen } of members)
      for (const source of [camera, screen]) {
        if (!source) continue;
        source.keyframesOnly = quality.keyframesOnly;
        if (shown.has(source)) continue;
        // Decoded all the same: another layout may show it with the next picture.
        source.shownAt(null, quality.maxLayer);
        source.advance(now);
      }
    return { headline: (this.direction.slates ?? englishSlates)[stage.hadSources ? "back" : "soon"], tiles };
  }

  /** Mixes every audio frame whose time is over. */
  #mixAudio(now: number): void {
    const { stage, output, startedAt } = this.#options;
    const due = ((now - startedAt) * audioRate) / 1000;
    while ((this.#audioIndex + 1) * audioFrameSamples <= due) {
      const mix = this.#mix;
      mix.left.fill(0);
      mix.right.fill(0);
      for (const source of stage.audioSources()) source.mixInto(mix, this.#audioIndex * audioFrameSamples);
      this.#leveller.process(mix);
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
