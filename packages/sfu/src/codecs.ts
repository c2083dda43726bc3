import type { types } from "mediasoup";

/**
 * What a router understands. VP8 first: every browser sends it with simulcast. H.264 constrained baseline for devices
 * that encode nothing else; packetization mode 1 (RFC 6184 §6.3). Opus with in-band FEC and DTX (RFC 7587 §6.1).
 */
export const mediaCodecs: types.RouterRtpCodecCapability[] = [
  {
    kind: "audio",
    mimeType: "audio/opus",
    clockRate: 48000,
    channels: 2,
    parameters: { useinbandfec: 1, usedtx: 1 },
  },
  { kind: "video", mimeType: "video/VP8", clockRate: 90000, parameters: { "x-google-start-bitrate": 1000 } },
  {
    kind: "video",
    mimeType: "video/H264",
    clockRate: 90000,
    parameters: { "packetization-mode": 1, "profile-level-id": "42e01f", "level-asymmetry-allowed": 1 },
  },
];

/** One key frame a second and layer is enough for any number of joiners (a joiner waits at most that long). */
export const keyFrameRequestDelayMs = 1000;
