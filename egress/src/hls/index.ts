export type { DateRange } from "./date-ranges.ts";
export { initName, type RungName, segmentName } from "./names.ts";
export { renderMultivariantPlaylist, type Variant } from "./playlist.ts";
export { readPastTimeline } from "./restore.ts";
export { RungFiles } from "./rung-files.ts";
export { SegmentFiles } from "./segment-files.ts";
export type { TimelineSegment } from "./segment-window.ts";
export { HlsServer, type Variants, type Watchable } from "./server.ts";
export { lowLatency, type PartInput, plain, Timeline, type TimelineOptions } from "./timeline.ts";
