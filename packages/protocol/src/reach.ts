import { z } from "zod";

/**
 * How the stage gets to a participant's browser, from best to last: media over UDP, over TCP on the same port, through a
 * TURN relay that the browser reaches by UDP, TCP or TLS, or not as WebRTC at all.
 */
export const MediaPath = z.enum(["udp", "tcp", "turn-udp", "turn-tcp", "turn-tls", "hls"]);
export type MediaPath = z.infer<typeof MediaPath>;

/** Why it is that path and none better, for hosts and support; empty when there is none better. */
export const PathReason = z.string().max(200);
