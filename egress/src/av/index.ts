export { AacToOpus, type OpusPacket } from "./aac-to-opus.ts";
export { OpusDecoder, type StereoSamples, type VideoCodec, VideoDecoder } from "./decoder.ts";
export {
  AacEncoder,
  audioFrameSamples,
  audioRate,
  type EncodedAudio,
  type EncodedVideo,
  H264Encoder,
  type VideoEncoding,
} from "./encoder.ts";
export { type FilePacket, FileReader } from "./file-reader.ts";
export { AvError, check, countNative, openNatives, quietAv } from "./native.ts";
export { Picture, type Planes, planesOf } from "./picture.ts";
export { type PixelRect, Scaler } from "./scaler.ts";
export { Shrinker } from "./shrinker.ts";
export { type Mask, renderText, type TextStyle } from "./text.ts";
