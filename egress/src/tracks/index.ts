export { type FinishedTrack, finishTracks, readFinishedTracks } from "./finish-tracks.ts";
export { listName, readTrackList } from "./track-list.ts";
export { type CodedMedia, TrackRecorder } from "./track-recorder.ts";
