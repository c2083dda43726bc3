export { Feed, type OriginAddress } from "./feed.ts";
export { Stage, type StageMember } from "./stage.ts";
