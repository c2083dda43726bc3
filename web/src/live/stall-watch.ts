import { remedyFor } from "./hls-rules.ts";

const everyMs = 250;

/**
 * Watches a picture that should move. One that stands before a hole is put behind it; one that stands for long is
 * reported. Stops when the returned function is called.
 */
export function watchStalls(video: HTMLVideoElement, onStuck: () => void): () => void {
  let position = video.currentTime;
  let movedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const still = !video.paused && !video.ended && !video.seeking && video.readyState > 0;
    if (!still || video.currentTime !== position || document.hidden) {
      position = video.currentTime;
      movedAt = now;
      return;
    }
    const later = bufferedAfter(video);
    const remedy = remedyFor({ standsMs: now - movedAt, bufferedLater: later !== null });
    if (remedy === "skip" && later !== null) video.currentTime = later;
    if (remedy === "restart") {
      movedAt = now;
      onStuck();
    }
  }, everyMs);
  return () => clearInterval(timer);
}

/** Where the next buffered stretch begins behind a hole. */
function bufferedAfter({ buffered, currentTime }: HTMLVideoElement): number | null {
  for (let i = 0; i < buffered.length; i += 1)
    if (buffered.start(i) > currentTime + 0.05) return buffered.start(i) + 0.01;
  return null;
}
