import { loadServiceConfig } from "@rostrum/platform";
import { mediaConfigShape } from "@rostrum/sfu";
import { z } from "zod";

/** Configuration of an origin. */
export const OriginConfig = z.object({ ...mediaConfigShape });
export type OriginConfig = z.infer<typeof OriginConfig>;

export const loadOriginConfig = (): OriginConfig => loadServiceConfig(OriginConfig, process.env, "origin");
