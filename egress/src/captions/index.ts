export { CaptionFeed } from "./feed.ts";
export { CaptionFiles } from "./files.ts";
export { withCaptions } from "./rendition.ts";
