import { z } from "zod";
import { NodeEpoch, NodeId, WebinarId } from "../ids.ts";
import { RtpEndpoint } from "../rtp.ts";
import { LayoutName, StageProducer } from "../stage.ts";
import { EpochMs } from "../time.ts";

/** A place the programme is sent to, e.g. `rtmp://a.rtmp.youtube.com/live2/KEY`. The URL holds a secret: never logged. */
export const RtmpDestination = z.object({
  id: z.uuid(),
  label: z.string().min(1).max(80),
  url: z
    .string()
    .regex(/^rtmps?:\/\/[^\s]+$/i)
    .max(1024),
});
export type RtmpDestination = z.infer<typeof RtmpDestination>;

/**
 * A programme somebody wants: field `webinarId` of Redis hash `programmes`. Written by web when the webinar goes live
 * and again, with `desired: ended`, when it ends; rebuilt by web from the database when Redis was emptied.
 */
export const ProgrammeJob = z.object({
  webinarId: WebinarId,
  title: z.string(),
  desired: z.enum(["live", "ended"]),
  liveAt: EpochMs,
  endedAt: EpochMs.nullable(),
  layout: LayoutName,
  /** What is written over an empty stage, before somebody came and after; English without. */
  slates: z.object({ soon: z.string().max(60), back: z.string().max(60) }).optional(),
  destinations: z.array(RtmpDestination).max(10),
});
export type ProgrammeJob = z.infer<typeof ProgrammeJob>;
export const programmesKey = "programmes";
/** Pub/sub channel: published to after each change of the hash, with the webinar id. */
export const programmesChannel = "programmes:changed";

/**
 * Something of the room's life that players of the broadcast are told (EXT-X-DATERANGE). Nothing in it is about a person:
 * `title` is what the host wrote for everybody.
 */
export const ProgrammeMark = z.object({
  id: z.string().regex(/^[\w.-]{1,120}$/),
  kind: z.enum(["poll", "question", "chapter"]),
  startsAt: EpochMs,
  /** Null: not over; a chapter lasts until the next. */
  endsAt: EpochMs.nullable(),
  title: z.string().max(500).nullable(),
});
export type ProgrammeMark = z.infer<typeof ProgrammeMark>;

/** Redis hash of a live webinar's marks; the field is the thing's own, and stays when it is told anew. */
export const programmeMarksKey = (webinarId: string): string => `programme-marks:{${webinarId}}`;

/** What a host must know of while it lasts. `recording-missing`: nothing has been written for seconds;
 * `track-missing`: what one person sends cannot be written. */
export const ProgrammeAlert = z.object({
  code: z.enum(["recording-missing", "track-missing"]),
  message: z.string().max(300),
  since: EpochMs,
});
export type ProgrammeAlert = z.infer<typeof ProgrammeAlert>;

/** What an access to recordings is signed for (decision 005): the whole, for its host, or a published range of it. */
export const recordingSubject = (webinarId: string): string => `recording/${webinarId}`;
export const replaySubject = (webinarId: string, range: string): string => `replay/${webinarId}/${range}`;

/** What goes on after the end of a programme: which step, and how far it is. */
export const Finishing = z.object({
  step: z.enum(["recording", "storyboard", "tracks", "copy"]),
  /** 0 to 1. */
  progress: z.number().min(0).max(1),
});
export type Finishing = z.infer<typeof Finishing>;

/** Field `webinarId` of Redis hash `programme-status`; written by egress every second while it runs. */
export const ProgrammeStatus = z.object({
  webinarId: WebinarId,
  nodeId: NodeId,
  state: z.enum(["starting", "running", "ending", "ended", "failed"]),
  /** Base URL of the HLS and recording server for browsers, no trailing slash. */
  publicUrl: z.url(),
  /** Programme time of the first frame. */
  firstFrameAt: EpochMs.nullable(),
  sources: z.number().int().nonnegative(),
  framesPerSecond: z.number().nonnegative(),
  /** The machine has not the time for everything: what is left out, for people. Null: nothing is. */
  degraded: z
    .object({ level: z.number().int().positive(), reason: z.string().max(300), since: EpochMs })
    .nullable()
    .default(null),
  /** Renditions with a picture, the programme's own first. `dropped`: for want of time; `withheld`: for want of cores. */
  renditions: z
    .array(
      z.object({
        name: z.string().max(10),
        width: z.number().int().positive(),
        height: z.number().int().positive(),
        bitrateKbps: z.number().positive(),
        state: z.enum(["on-air", "dropped", "withheld"]),
      }),
    )
    .max(10)
    .default([]),
  alerts: z.array(ProgrammeAlert).max(10).default([]),
  recordingBytes: z.number().int().nonnegative(),
  finishing: Finishing.nullable().default(null),
  destinations: z.array(
    z.object({
      id: z.uuid(),
      state: z.enum(["connecting", "live", "retrying", "stopped"]),
      bitrateKbps: z.number().nonnegative(),
      retries: z.number().int().nonnegative(),
      /** Pictures sent, all attempts together. */
      frames: z.number().int().nonnegative().default(0),
      /** How much of the programme it has not got since it first was live, ms. */
      missedMs: z.number().int().nonnegative().default(0),
      fault: z.string().nullable(),
    }),
  ),
  at: EpochMs,
});
export type ProgrammeStatus = z.infer<typeof ProgrammeStatus>;
export const programmeStatusKey = "programme-status";

/** The feed socket (`/programme` on an origin): egress receives the stage of one webinar as SRTP. */
export const programmeMethods = {
  hello: {
    request: z.strictObject({
      version: z.number().int(),
      token: z.string().min(1).max(4096),
      epoch: NodeEpoch,
    }),
    response: z.object({ nodeId: NodeId, epoch: NodeEpoch }),
  },
  /** One plain transport to `endpoint` (RTP and RTCP multiplexed, RFC 5761); answered with the origin's own end. */
  "feed.open": {
    request: z.strictObject({ webinarId: WebinarId, endpoint: RtpEndpoint }),
    response: z.object({ feedId: z.string(), endpoint: RtpEndpoint, speaker: z.string().nullable() }),
  },
  /** The receiver has registered the source's SSRCs: let RTP flow. */
  "source.resume": { request: z.strictObject({ producerId: z.string() }), response: z.strictObject({}) },
  /** Highest simulcast layer wanted, by the size of the tile. */
  "source.layers": {
    request: z.strictObject({ producerId: z.string(), spatialLayer: z.number().int().min(0).max(3) }),
    response: z.strictObject({}),
  },
} as const;

export const programmeEvents = {
  "source.opened": z.object({
    producer: StageProducer,
    codec: z.object({
      mimeType: z.string(),
      payloadType: z.number().int(),
      clockRate: z.number().int(),
      channels: z.number().int().optional(),
    }),
    ssrc: z.number().int(),
    /** Retransmissions (RFC 4588); null when the kind has none (audio is resent on its own SSRC). */
    rtx: z.object({ ssrc: z.number().int(), payloadType: z.number().int() }).nullable(),
  }),
  "source.paused": z.object({ producerId: z.string() }),
  "source.resumed": z.object({ producerId: z.string() }),
  "source.closed": z.object({ producerId: z.string() }),
  "speaker.changed": z.object({ participantId: z.string().nullable() }),
  "feed.closed": z.object({ reason: z.string() }),
} as const;
