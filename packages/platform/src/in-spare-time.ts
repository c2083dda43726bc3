import { sleep } from "./clock.ts";

/** Of the time, what is left to others on this machine. */
const restShare = 0.7;

type Turns = {
  /** At most. */
  times: number;
  /** Asked before each. */
  isOver: () => boolean;
  /** Ends it, without an error. */
  signal: AbortSignal;
};

/** Do the same again and again, one after the other, resting for most of the time. Answers how often it was done. */
export async function inSpareTime(
  { times, isOver, signal }: Turns,
  act: () => Promise<void>,
): Promise<number> {
  let done = 0;
  while (done < times && !isOver() && !signal.aborted) {
    const startedAt = performance.now();
    await act();
    done++;
    const took = performance.now() - startedAt;
    await sleep((took * restShare) / (1 - restShare), signal).catch(() => undefined);
  }
  return done;
}
