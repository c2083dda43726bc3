import { z } from "zod";
import { MediaId } from "../ids.ts";
import { DtlsParameters, RtpCapabilities, TransportOptions } from "../rtp.ts";

const Empty = z.strictObject({});
const Opaque = z.record(z.string(), z.unknown());

/**
 * The test of a connection (`/check` on an edge): whether this browser's network reaches the edge over UDP, TCP and the
 * relay, and how much gets through. Nobody is in a room here: no seat, no presence, no attendance.
 */
export const checkMethods = {
  hello: {
    request: z.strictObject({ version: z.number().int(), token: z.string().min(1).max(4096) }),
    response: z.object({ nodeId: z.string(), routerRtpCapabilities: RtpCapabilities }),
  },
  ping: { request: Empty, response: Empty },
  /** A transport to try one way with; the page leaves only the candidates of that way. */
  "check.open": {
    request: Empty,
    response: TransportOptions.extend({
      sctpParameters: Opaque,
      /** The channel that packets of a flood come by. */
      channel: z.object({ id: z.string(), dataProducerId: z.string(), sctpStreamParameters: Opaque }),
    }),
  },
  "check.connect": {
    request: z.strictObject({ transportId: MediaId, dtlsParameters: DtlsParameters }),
    response: Empty,
  },
  /**
   * Send numbered packets of `bytes` over the transport's channel, unordered and never again, for `ms`; answered when the
   * last is out. `sent` is 0 when the node has better things to do.
   */
  "check.flood": {
    request: z.strictObject({ transportId: MediaId }),
    response: z.object({ sent: z.number().int(), bytes: z.number().int(), ms: z.number() }),
  },
} as const;
