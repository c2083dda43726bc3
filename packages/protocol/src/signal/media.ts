import { z } from "zod";
import { MediaId, MediaKind, MediaSource } from "../ids.ts";
import { DtlsParameters, RtpCapabilities, RtpParameters, TransportOptions } from "../rtp.ts";
import { StageProducer } from "../stage.ts";

const Empty = z.strictObject({});

/** What a client needs to begin to receive: the answers of `media.capabilities` and `transport.create` in one. */
export const ReceiveOffer = z.object({ routerRtpCapabilities: RtpCapabilities, transport: TransportOptions });
export type ReceiveOffer = z.infer<typeof ReceiveOffer>;

/** Media methods every peer may call, on an edge (receive only) and on the origin. */
export const receiveMethods = {
  /** Are you there? Answered at once, on every socket of ours. */
  ping: { request: Empty, response: Empty },
  /** RTP capabilities of the router this peer will use. */
  "media.capabilities": { request: Empty, response: z.object({ routerRtpCapabilities: RtpCapabilities }) },
  "transport.create": {
    request: z.strictObject({ direction: z.enum(["send", "receive"]) }),
    response: TransportOptions,
  },
  "transport.connect": {
    request: z.strictObject({ transportId: MediaId, dtlsParameters: DtlsParameters }),
    response: Empty,
  },
  "transport.restart-ice": {
    request: z.strictObject({ transportId: MediaId }),
    response: z.object({ iceParameters: z.record(z.string(), z.unknown()) }),
  },
  /**
   * Begin receiving the stage over this transport: a `consumer.opened` for each producer there is, then the answer. Said
   * before `transport.connect`, these flow with the connection and one negotiation serves them all; consumers that come
   * later are paused. Repeating it is harmless.
   */
  "receive.start": {
    request: z.strictObject({ transportId: MediaId, rtpCapabilities: RtpCapabilities }),
    response: Empty,
  },
  /** The client's track is ready: let media flow. */
  "consumer.resume": { request: z.strictObject({ consumerId: MediaId }), response: Empty },
  "consumer.pause": { request: z.strictObject({ consumerId: MediaId }), response: Empty },
  /** Highest simulcast layers wanted for a tile. */
  "consumer.layers": {
    request: z.strictObject({
      consumerId: MediaId,
      spatialLayer: z.number().int().min(0).max(3),
      temporalLayer: z.number().int().min(0).max(3).optional(),
    }),
    response: Empty,
  },
} as const;

/** Methods of a publisher, on the origin only, for roles host and panelist. */
export const publishMethods = {
  "producer.open": {
    request: z.strictObject({
      transportId: MediaId,
      kind: MediaKind,
      source: MediaSource,
      rtpParameters: RtpParameters,
      paused: z.boolean().optional(),
    }),
    response: z.object({ producerId: MediaId }),
  },
  "producer.pause": { request: z.strictObject({ producerId: MediaId }), response: Empty },
  "producer.resume": { request: z.strictObject({ producerId: MediaId }), response: Empty },
  "producer.close": { request: z.strictObject({ producerId: MediaId }), response: Empty },
} as const;

/** What a media node tells a peer unasked. */
export const mediaEvents = {
  "consumer.opened": z.object({
    consumerId: MediaId,
    producer: StageProducer,
    rtpParameters: RtpParameters,
    /** True: media flows as soon as the transport is connected. Else it waits for `consumer.resume`. */
    flows: z.boolean().optional(),
  }),
  "consumer.paused": z.object({ consumerId: MediaId }),
  "consumer.resumed": z.object({ consumerId: MediaId }),
  "consumer.layers": z.object({
    consumerId: MediaId,
    spatialLayer: z.number().nullable(),
    temporalLayer: z.number().nullable(),
  }),
  /** Video waits because the network carries no more than sound; it is tried again by itself. */
  "video.held": z.object({ held: z.boolean() }),
  "consumer.closed": z.object({ consumerId: MediaId, reason: z.string() }),
  "transport.closed": z.object({ transportId: MediaId, reason: z.string() }),
} as const;
