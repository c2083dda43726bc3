import { loadServiceConfig } from "@rostrum/platform";
import { mediaConfigShape } from "@rostrum/sfu";
import { z } from "zod";

/** Configuration of an edge. */
export const EdgeConfig = z.object({
  ...mediaConfigShape,
  CAPACITY: z.coerce
    .number()
    .int()
    .min(1)
    .default(600)
    .describe("Participants this edge is willing to serve"),
});
export type EdgeConfig = z.infer<typeof EdgeConfig>;

export const loadEdgeConfig = (): EdgeConfig => loadServiceConfig(EdgeConfig, process.env, "sfu-edge");
