export { AudioTrack } from "./audio-track.ts";
export { monotonicMs, nextTurn, waitUntil } from "./clock.ts";
export { Labels } from "./labels.ts";
export { Limiter } from "./limiter.ts";
export { Leveller } from "./loudness.ts";
export { type Slate, type Tile, VideoMixer } from "./video.ts";
