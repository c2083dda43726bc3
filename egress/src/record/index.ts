export { type FinishedRecording, finaliseRecording, readFinished, recordingFile } from "./finalise.ts";
export { type Past, Recorder } from "./recorder.ts";
