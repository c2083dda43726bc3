import { loadServiceConfig } from "@rostrum/platform";
import { PictureCoding } from "@rostrum/protocol";
import { mediaConfigShape } from "@rostrum/sfu";
import { z } from "zod";

/** Configuration of an origin. */
export const OriginConfig = z.object({
  ...mediaConfigShape,
  STAGE_CAMERA: PictureCoding.shape.camera
    .default("simulcast")
    .describe("How cameras are sent: `simulcast`, or `svc` (VP9) by browsers that can"),
  STAGE_SCREEN: PictureCoding.shape.screen
    .default("vp8")
    .describe("How screens are sent: `vp8`, or `vp9` by browsers that can"),
});
export type OriginConfig = z.infer<typeof OriginConfig>;

export const loadOriginConfig = (): OriginConfig => loadServiceConfig(OriginConfig, process.env, "origin");
