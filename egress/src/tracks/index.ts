export { type FinishedTrack, finishTracks } from "./finish-tracks.ts";
export { listName, readTrackList } from "./track-list.ts";
export { type CodedMedia, TrackRecorder } from "./track-recorder.ts";
