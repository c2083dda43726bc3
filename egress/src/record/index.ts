export { Archive, type ArchiveOptions } from "./archive.ts";
export { Archiver } from "./archiver.ts";
export { chapterMetadata } from "./chapters.ts";
export { Cleaner } from "./cleaner.ts";
export { type FinishedRecording, finaliseRecording, readFinished, recordingFile } from "./finalise.ts";
export { parseManifest, type SegmentLine } from "./manifest.ts";
export { type Past, Recorder } from "./recorder.ts";
