export { avcCodecString, parameterSets } from "./annexb.ts";
export { initSection } from "./boxes.ts";
export { type MediaPart, PartCutter } from "./cutter.ts";
export { renderMultivariantPlaylist, type Variant } from "./playlist.ts";
export {
  initName,
  type PartInput,
  segmentName,
  Timeline,
  type TimelineOptions,
  type TimelineSegment,
} from "./timeline.ts";
