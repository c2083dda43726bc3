import { z } from "zod";
import { NodeEpoch, NodeId, WebinarId } from "../ids.ts";
import { RtpEndpoint, RtpParameters } from "../rtp.ts";
import { StageProducer } from "../stage.ts";

/** First frame on a node-to-node socket: a node credential. */
const NodeHello = {
  request: z.strictObject({
    version: z.number().int(),
    token: z.string().min(1).max(4096),
    epoch: NodeEpoch,
  }),
  response: z.object({ nodeId: NodeId, epoch: NodeEpoch }),
};

/**
 * The pipe socket (`/pipe` on an origin), one per edge and origin. One pipe per (edge, webinar): opening it again with
 * the same edge epoch gives the same pipe back; a new epoch replaces it. The socket's end closes its pipes.
 */
export const pipeMethods = {
  hello: NodeHello,
  "pipe.open": {
    request: z.strictObject({ webinarId: WebinarId, endpoint: RtpEndpoint }),
    response: z.object({ pipeId: z.string(), endpoint: RtpEndpoint }),
  },
  /** The edge has its side connected: the origin may send `pipe.producer-opened` for what is on stage. */
  "pipe.ready": { request: z.strictObject({ pipeId: z.string() }), response: z.strictObject({}) },
  "pipe.close": { request: z.strictObject({ pipeId: z.string() }), response: z.strictObject({}) },
  "pipe.stats": {
    request: z.strictObject({ pipeId: z.string() }),
    response: z.object({
      bytesSent: z.number(),
      rtt: z.number().nullable(),
      fractionLost: z.number().nullable(),
    }),
  },
} as const;

export const pipeEvents = {
  "pipe.producer-opened": z.object({
    pipeId: z.string(),
    producer: StageProducer,
    /** Of the origin's pipe consumer: what the edge must `produce` with, under the same producer id. */
    rtpParameters: RtpParameters,
  }),
  "pipe.producer-paused": z.object({ pipeId: z.string(), producerId: z.string() }),
  "pipe.producer-resumed": z.object({ pipeId: z.string(), producerId: z.string() }),
  "pipe.producer-closed": z.object({ pipeId: z.string(), producerId: z.string() }),
  /** The stage moves to another origin: open a pipe to that one too. This one carries what is left here until it closes. */
  "pipe.moving": z.object({ pipeId: z.string() }),
  "pipe.closed": z.object({ pipeId: z.string(), reason: z.string() }),
} as const;
