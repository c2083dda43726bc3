import { loadServiceConfig } from "@rostrum/platform";
import { reliefRules } from "@rostrum/rules";
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
  RELIEF_WORKER_CPU: z.coerce
    .number()
    .positive()
    .default(reliefRules.workerCpu)
    .describe(
      "Share of a core by the busiest media worker above which attendees are moved to the broadcast; 1 and more: never",
    ),
  RELIEF_LOOP_DELAY_MS: z.coerce
    .number()
    .positive()
    .default(reliefRules.eventLoopDelayMs)
    .describe("The same for the event loop's delay, p99"),
  RELIEF_AFTER_MS: z.coerce
    .number()
    .int()
    .min(0)
    .default(reliefRules.lastsMs)
    .describe("How long an overload must last, and how long is waited after each few who were moved"),
  REHEARSAL_JOINS: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(1000)
    .describe(
      "Joins that a new edge tries by itself while nobody is there, so that its code is warm; 0: none",
    ),
});
export type EdgeConfig = z.infer<typeof EdgeConfig>;

export const loadEdgeConfig = (): EdgeConfig => loadServiceConfig(EdgeConfig, process.env, "sfu-edge");
