import type { types } from "mediasoup";

/**
 * What a router understands. VP8 first: every browser sends it with simulcast. H.264 constrained baseline for devices
 * that encode nothing else; packetization mode 1 (RFC 6184 §6.3). VP9 last: only who is asked for it sends it (decision 020). Opus with in-band FEC and DTX (RFC 7587 §6.1).
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
  { kind: "video", mimeType: "video/VP9", clockRate: 90000, parameters: { "profile-id": 0 } },
];

/**
 * A publisher is asked for fewer than two key frames a second and layer, whatever the number of joiners; each waits at
 * most this long, ms. Only the origin holds requests back: where an edge did so as well, the two waits would add up. An
 * edge asks the origin again as soon as the key frame it asked for has come.
 */
export const keyFrameRequestDelayMs = 520;
