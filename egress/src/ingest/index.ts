export { Feed, type OriginAddress } from "./feed.ts";
export { Stage, type StageMember } from "./stage.ts";
export type { VideoSource } from "./video-source.ts";
