import { z } from "zod";

/** Wall-clock instant, milliseconds since the Unix epoch, UTC. */
export const EpochMs = z.number().int().nonnegative().max(8_640_000_000_000_000);
export type EpochMs = z.infer<typeof EpochMs>;

/**
 * Programme time: the wall-clock instant, in epoch ms, at which something happened on the stage. HLS carries it as
 * EXT-X-PROGRAM-DATE-TIME (RFC 8216 §4.3.2.6), so that a viewer can show an event when its own picture gets there.
 */
export const ProgrammeMs = EpochMs;
