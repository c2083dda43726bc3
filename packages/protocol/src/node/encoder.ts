import { z } from "zod";
import { DisplayName, MediaKind, NodeEpoch, NodeId, ParticipantId, WebinarId } from "../ids.ts";
import { RtpEndpoint, RtpParameters } from "../rtp.ts";
import { EpochMs } from "../time.ts";

/**
 * Encoders (OBS, hardware, ffmpeg) come on stage with a stream key instead of a person's link. A media node that is
 * shown a key asks web: POST /api/internal/encoders with a node credential.
 */
export const EncoderWish = z.strictObject({ key: z.string().min(16).max(128) });
export type EncoderWish = z.infer<typeof EncoderWish>;

/** What a valid key opens. `encoderId` is who it is on stage. */
export const EncoderPass = z.object({ webinarId: WebinarId, encoderId: ParticipantId, name: DisplayName });
export type EncoderPass = z.infer<typeof EncoderPass>;

/** What arrives from an encoder, for its host. JSON under `encoderStatusKey`, written every two seconds, gone after ten. */
export const EncoderStatus = z.object({
  encoderId: ParticipantId,
  protocol: z.enum(["whip", "rtmp"]),
  /** `refused`: it was turned away for what `note` says. */
  state: z.enum(["connecting", "live", "refused"]),
  since: EpochMs,
  bitrateKbps: z.number().nonnegative(),
  video: z.string().max(120).nullable(),
  audio: z.string().max(120).nullable(),
  /** What its operator should change. */
  note: z.string().max(300).nullable(),
  at: EpochMs,
});
export type EncoderStatus = z.infer<typeof EncoderStatus>;
export const encoderStatusKey = (encoderId: string): string => `encoder:${encoderId}:status`;

/** The ingest socket (`/ingest` on an origin): a node that terminates RTMP sends it here as SRTP, one encoder each. */
export const ingestMethods = {
  hello: {
    request: z.strictObject({
      version: z.number().int(),
      token: z.string().min(1).max(4096),
      epoch: NodeEpoch,
    }),
    response: z.object({ nodeId: NodeId, epoch: NodeEpoch }),
  },
  /** One plain transport from `endpoint` (RTP and RTCP multiplexed, RFC 5761); answered with the origin's own end. */
  "ingest.open": {
    request: z.strictObject({ encoder: EncoderPass, endpoint: RtpEndpoint }),
    response: z.object({ endpoint: RtpEndpoint }),
  },
  /** What is sent over it: at most one of each kind. */
  "ingest.produce": {
    request: z.strictObject({ kind: MediaKind, rtpParameters: RtpParameters }),
    response: z.object({ producerId: z.string() }),
  },
  /** Nothing comes at the moment: the encoder is away and may be back. */
  "ingest.pause": { request: z.strictObject({ paused: z.boolean() }), response: z.strictObject({}) },
} as const;
