import type { LayoutName, NodeEpoch } from "@rostrum/protocol";
import type { Rung } from "@rostrum/rules";
import type { z } from "zod";
import type { PartInput } from "../hls/index.ts";
import type { OriginAddress } from "../ingest/index.ts";

/** How a programme is made; the same for the whole life of an egress process. */
export type Tuning = {
  width: number;
  height: number;
  framesPerSecond: number;
  videoBitrateKbps: number;
  videoPreset: string;
  audioBitrateKbps: number;
  /** Smaller renditions, largest first. */
  rungs: readonly Rung[];
  partTicks: number;
  segmentTicks: number;
  playoutDelayMs: number;
  holdMs: number;
  fontFile: string | null;
  rtpListenIp: string;
};

/** What may change while a programme runs. */
export type Direction = {
  title: string;
  layout: z.infer<typeof LayoutName>;
  /** What is written over an empty stage: before anybody came, and after; English without. */
  slates?: { soon: string; back: string } | undefined;
  rtmpUrl: string | null;
};

export type StartMessage = {
  type: "start";
  webinarId: string;
  epoch: z.infer<typeof NodeEpoch>;
  logLevel: string;
  tuning: Tuning;
  direction: Direction;
  /** When the programme's clock is to begin, epoch ms: a little in the past is caught up with. */
  startAt: number;
  /** Where that lies on the recording's time line, ms. */
  baseMs: number;
  /** Where what each person sends is written to. */
  tracksDirectory: string;
};

/** Supervisor -> compositor. Structured clones between two files of ours and one version: typed, not parsed. */
export type ToCompositor =
  | StartMessage
  | { type: "direct"; direction: Direction }
  | { type: "origin"; address: OriginAddress | null }
  /** Stop at this instant (epoch ms) after writing what is due. */
  | { type: "end"; at: number };

/** What players need to know about a run of the compositor. */
export type RunInfo = {
  codecs: string;
  width: number;
  height: number;
  framesPerSecond: number;
  bitrateKbps: number;
  baseMs: number;
  rungs: RungInfo[];
};
/** The same of a smaller rendition. */
export type RungInfo = Rung & { codecs: string };

export type CompositorStatus = {
  sources: number;
  framesPerSecond: number;
  /** Share of one core, 0..; of the whole process. */
  cpu: number;
  rssBytes: number;
  /** Ticks without a picture of their own, since the start. */
  skipped: number;
  /** How late the programme's clock is, ms. */
  lagMs: number;
  /** How much is left out for want of time, 0: nothing (see `governor.ts`). */
  level: number;
  /** Smaller renditions that are on the air. */
  rungs: string[];
};

/** Compositor -> supervisor. */
export type FromCompositor =
  | { type: "ready" }
  | { type: "run"; init: Buffer; rungInits: Buffer[]; info: RunInfo }
  | { type: "part"; part: PartInput }
  /** Several times a second: where the clock is. As long as `ticks` grows the compositor is slow at worst, not stuck. */
  | { type: "progress"; ticks: number }
  | { type: "status"; status: CompositorStatus }
  /** Somebody else speaks. `atMs`: on the recording's time line. */
  | { type: "speaker"; atMs: number; name: string | null }
  /** Whose screen is on stage has changed. */
  | { type: "sharing"; atMs: number; name: string | null }
  /** What somebody sends cannot be written any more. */
  | { type: "track-fault"; message: string }
  /** `leaks`: native objects still open, by kind. */
  | { type: "ended"; leaks: Record<string, number> };
