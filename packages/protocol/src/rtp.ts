import { z } from "zod";
import { limits } from "./limits.ts";

/**
 * mediasoup's own values, opaque here: shape-checked as plain JSON objects of bounded size. The node that hands them
 * to mediasoup checks them against its router first (packages/sfu rtp-check).
 */
const bounded = <T extends z.ZodType>(schema: T) =>
  schema.refine((value) => JSON.stringify(value).length <= limits.rtpBytes, "is too large");

const PlainObject = z.record(z.string().max(64), z.unknown());

export const RtpParameters = bounded(
  z.looseObject({
    mid: z.string().max(32).optional(),
    codecs: z.array(PlainObject).max(32),
    headerExtensions: z.array(PlainObject).max(32).optional(),
    encodings: z.array(PlainObject).max(16).optional(),
    rtcp: PlainObject.optional(),
  }),
);
export type RtpParameters = z.infer<typeof RtpParameters>;

export const RtpCapabilities = bounded(
  z.looseObject({
    codecs: z.array(PlainObject).max(64).optional(),
    headerExtensions: z.array(PlainObject).max(64).optional(),
  }),
);
export type RtpCapabilities = z.infer<typeof RtpCapabilities>;

export const DtlsParameters = z.object({
  role: z.enum(["auto", "client", "server"]).optional(),
  fingerprints: z
    .array(
      z.object({
        algorithm: z.enum(["sha-1", "sha-224", "sha-256", "sha-384", "sha-512"]),
        value: z
          .string()
          .regex(/^([0-9A-Fa-f]{2}:)*[0-9A-Fa-f]{2}$/)
          .max(256),
      }),
    )
    .min(1)
    .max(8),
});
export type DtlsParameters = z.infer<typeof DtlsParameters>;

/** What a browser needs to build its side of a WebRTC transport. */
export const TransportOptions = z.object({
  id: z.string(),
  iceParameters: PlainObject,
  iceCandidates: z.array(PlainObject),
  dtlsParameters: PlainObject,
});
export type TransportOptions = z.infer<typeof TransportOptions>;

/** SRTP keys of a pipe or plain transport (RFC 7714 for the GCM suites). */
export const SrtpParameters = z.object({
  cryptoSuite: z.enum([
    "AEAD_AES_256_GCM",
    "AEAD_AES_128_GCM",
    "AES_CM_128_HMAC_SHA1_80",
    "AES_CM_128_HMAC_SHA1_32",
  ]),
  keyBase64: z.string().min(16).max(128),
});
export type SrtpParameters = z.infer<typeof SrtpParameters>;

/** One end of a pipe or plain transport. */
export const RtpEndpoint = z.object({
  ip: z.string().min(2).max(64),
  port: z.number().int().min(1).max(65535),
  srtpParameters: SrtpParameters,
});
export type RtpEndpoint = z.infer<typeof RtpEndpoint>;
