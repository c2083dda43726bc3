import { solveFrom, type Work } from "./work.ts";

/** Beside the page, so that typing goes on: it is given work, and answers with the count that solves it. */
self.onmessage = ({ data }: MessageEvent<Work>) => {
  const step = 10_000;
  for (let first = 0; ; first += step) {
    const count = solveFrom(data, first, step);
    if (count === undefined) continue;
    self.postMessage(count);
    return;
  }
};
