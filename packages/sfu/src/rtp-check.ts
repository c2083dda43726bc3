import { type MediaKind, RostrumError, type RtpCapabilities, type RtpParameters } from "@rostrum/protocol";
import type { types } from "mediasoup";
import * as ortc from "mediasoup/ortc";

/**
 * Client RTP values, checked before the worker sees them: shape and support by mediasoup's own ORTC rules, and our
 * caps. Throws rtp.invalid with what is wrong.
 */
export function checkProducerRtp(
  kind: MediaKind,
  parameters: RtpParameters,
  router: types.Router,
): types.RtpParameters {
  const rtp = structuredClone(parameters) as unknown as types.RtpParameters;
  return refuseAs("rtpParameters", () => {
    ortc.validateAndNormalizeRtpParameters(rtp);
    if (rtp.codecs.some((codec) => !codec.mimeType.toLowerCase().startsWith(`${kind}/`))) {
      throw new TypeError(`a codec is not of kind ${kind}`);
    }
    const encodings = rtp.encodings ?? [];
    if (encodings.length === 0 || encodings.length > 4)
      throw new TypeError("one to four encodings are allowed");
    if (kind === "audio" && encodings.length !== 1) throw new TypeError("audio has one encoding");
    ortc.getProducerRtpParametersMapping(rtp, router.rtpCapabilities);
    return rtp;
  });
}

/** A receiver's capabilities, checked in the same way. */
export function checkCapabilities(capabilities: RtpCapabilities): types.RtpCapabilities {
  const rtp = structuredClone(capabilities) as unknown as types.RtpCapabilities;
  return refuseAs("rtpCapabilities", () => {
    ortc.validateAndNormalizeRtpCapabilities(rtp);
    return rtp;
  });
}

function refuseAs<T>(field: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    const text = error instanceof Error ? error.message : "not usable";
    throw new RostrumError("rtp.invalid", `The ${field} cannot be used: ${text}`, { field, cause: error });
  }
}
