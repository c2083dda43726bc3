import { solveFrom, type Work } from "./work.ts";

/** Solve the work in a worker; in the page, in small steps, where there can be none. Rejects when `signal` is aborted. */
export async function solve(work: Work, signal: AbortSignal): Promise<number> {
  try {
    return await inWorker(work, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    return inPage(work, signal);
  }
}

function inWorker(work: Work, signal: AbortSignal): Promise<number> {
  const worker = new Worker(new URL("./work-worker.ts", import.meta.url), { type: "module" });
  return new Promise<number>((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
    worker.onerror = () => reject(new Error("the worker could not run"));
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    worker.postMessage(work);
  }).finally(() => worker.terminate());
}

async function inPage(work: Work, signal: AbortSignal): Promise<number> {
  const step = 500;
  for (let first = 0; ; first += step) {
    signal.throwIfAborted();
    const count = solveFrom(work, first, step);
    if (count !== undefined) return count;
    await new Promise((resolve) => setTimeout(resolve));
  }
}
