import { z } from "zod";

/**
 * How the stage gets to a participant's browser, from best to last: media over UDP, over TCP on the same port, through a
 * TURN relay that the browser reaches by UDP, TCP or TLS, or not as WebRTC at all.
 */
export const MediaPath = z.enum(["udp", "tcp", "turn-udp", "turn-tcp", "turn-tls", "hls"]);
export type MediaPath = z.infer<typeof MediaPath>;

/** Why it is that path and none better, for hosts and support; empty when there is none better. */
export const PathReason = z.string().max(200);

/** What a browser says of its own picture since it last said so. Counts are deltas, times ms. */
export const MediaReport = z.strictObject({
  /** From the click to the first frame; once, in the first report. */
  firstFrameMs: z.number().min(0).max(600_000).optional(),
  freezes: z.number().int().min(0).max(10_000),
  frozenMs: z.number().min(0).max(600_000),
  framesDecoded: z.number().int().min(0).max(1_000_000),
  layerSwitches: z.number().int().min(0).max(10_000),
});
export type MediaReport = z.infer<typeof MediaReport>;
