export { renderMultivariantPlaylist, type Variant } from "./playlist.ts";
export { HlsServer, type Watchable } from "./server.ts";
export {
  initName,
  type PartInput,
  segmentName,
  Timeline,
  type TimelineOptions,
  type TimelineSegment,
} from "./timeline.ts";
