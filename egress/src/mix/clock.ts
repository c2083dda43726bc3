/** Milliseconds that only grow, the programme's own measure of time. */
export const monotonicMs = (): number => performance.now();

/** Waits until a monotonic instant, at once when it has passed. Resolves early on abort. */
export function waitUntil(instant: number, signal: AbortSignal): Promise<void> {
  const wait = instant - monotonicMs();
  if (signal.aborted) return Promise.resolve();
  // A turn of the event loop even when late: packets must be read however far behind the picture is.
  if (wait <= 0) return nextTurn();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, wait);
    signal.addEventListener("abort", done, { once: true });
  });
}

/** Lets the event loop go round once: sockets are read, messages taken. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
