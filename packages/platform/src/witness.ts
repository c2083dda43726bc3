import { sleep } from "./clock.ts";

/**
 * What else is known of a node that does not answer. One without CPU answers late while its media flows on; one that is
 * frozen or cut off does neither. May take some 100 ms to see.
 */
export type Witness = () => Promise<"stalled" | "none" | "flows">;

/** Cameras send several frames in this time, ms. */
const lookMs = 300;

/**
 * A witness of what comes in from the node: `received` rises with it, in any unit. `expected`: whether it must rise, as
 * with a camera on air, and unlike a microphone, which may be silent.
 */
export const mediaWitness =
  (media: { received: () => number | Promise<number>; expected: () => boolean }): Witness =>
  async () => {
    const before = await media.received();
    await sleep(lookMs);
    if ((await media.received()) > before) return "flows";
    return media.expected() ? "stalled" : "none";
  };
