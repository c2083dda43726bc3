export { avcCodecString, parameterSets, splitAnnexB } from "./annexb.ts";
export { initSection } from "./boxes.ts";
export { type MediaPart, PartCutter } from "./cutter.ts";
export { soundOf, soundOfInit } from "./sound.ts";
