import type { MediaSource, PictureCoding } from "@rostrum/protocol";
import type { types } from "mediasoup-client";

type Coding = Pick<types.ProducerOptions, "encodings" | "codec" | "codecOptions">;

/**
 * Camera: three layers, so that each receiver gets what its tile and network take. Bit rates in bit/s. One temporal layer
 * each: with three, which is what browsers send by themselves, a packet repaired on a lossy way between origin and edge
 * leaves the picture standing until the next key frame (docs/benchmarks/path.md).
 */
const cameraSimulcast = [
  { scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: "L1T1" },
  { scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: "L1T1" },
  { scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: "L1T1" },
];
/** Screen: one sharp layer; text matters more than motion. */
const screen = { maxBitrate: 2_000_000, maxFramerate: 15 };
/** Three sizes that depend on one another in key frames only, at three rates (W3C webrtc-svc §6). */
const svcMode = "L3T3_KEY";
const cameraSvc = [{ maxBitrate: 1_500_000, scalabilityMode: svcMode }];
const startBitrate = { videoGoogleStartBitrate: 1000 };

/** What this browser can send, as far as it matters here. */
export type CodingAbilities = { vp9: types.RtpCodecCapability | undefined; svc: boolean };

/** How to send a source on a stage that wishes for `wish`: as wished when the browser can, else as every browser can. */
export function codingOf(
  source: MediaSource,
  wish: PictureCoding,
  { vp9: codec, svc }: CodingAbilities,
): Coding {
  if (source === "microphone" || source === "screen-audio")
    return { codecOptions: { opusStereo: source === "screen-audio", opusDtx: true, opusFec: true } };
  if (source === "camera" && wish.camera === "svc" && codec && svc)
    return { codec, encodings: cameraSvc, codecOptions: startBitrate };
  if (source === "screen" && wish.screen === "vp9" && codec)
    return { codec, encodings: [{ ...screen, scalabilityMode: "L1T1" }], codecOptions: startBitrate };
  const encodings = source === "camera" ? cameraSimulcast : [screen];
  return { encodings, codecOptions: startBitrate };
}

/** Whether the browser has VP9, and can send it in layers; it says so itself (W3C media-capabilities §3.1.2). */
export async function codingAbilities(codecs: readonly types.RtpCodecCapability[]): Promise<CodingAbilities> {
  const vp9 = codecs.find(({ mimeType }) => mimeType.toLowerCase() === "video/vp9");
  if (!vp9) return { vp9, svc: false };
  const video = {
    contentType: "video/VP9",
    width: 1280,
    height: 720,
    bitrate: 1_500_000,
    framerate: 30,
    scalabilityMode: svcMode,
  };
  const answer = await navigator.mediaCapabilities
    ?.encodingInfo({ type: "webrtc", video })
    // One that knows neither the type nor the mode refuses the question.
    .catch(() => undefined);
  return { vp9, svc: answer?.supported === true };
}
