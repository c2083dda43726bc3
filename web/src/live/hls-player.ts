import Hls, { type ErrorData, type HlsConfig } from "hls.js";

/** Tuned for the programme: parts of a third of a second, held open by blocking reloads, seconds of buffer at most. */
const config: Partial<HlsConfig> = {
  lowLatencyMode: true,
  backBufferLength: 30,
  maxLiveSyncPlaybackRate: 1.15,
  liveDurationInfinity: true,
  manifestLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 8000,
      maxLoadTimeMs: 15_000,
      timeoutRetry: { maxNumRetry: 20, retryDelayMs: 300, maxRetryDelayMs: 3000 },
      errorRetry: { maxNumRetry: 60, retryDelayMs: 500, maxRetryDelayMs: 3000 },
    },
  },
  playlistLoadPolicy: {
    default: {
      maxTimeToFirstByteMs: 8000,
      maxLoadTimeMs: 15_000,
      timeoutRetry: { maxNumRetry: 20, retryDelayMs: 300, maxRetryDelayMs: 3000 },
      errorRetry: { maxNumRetry: 60, retryDelayMs: 500, maxRetryDelayMs: 3000 },
    },
  },
};

export type HlsHandlers = { onFault: () => void; onLatency: (seconds: number | null) => void };

/**
 * Plays a live playlist in a video element until the returned function is called. A media error is recovered in place;
 * anything worse is reported once through `onFault`, and the caller starts again with a fresh playlist address.
 */
export function playHls(video: HTMLVideoElement, url: string, handlers: HlsHandlers): () => void {
  if (!Hls.isSupported()) return playNative(video, url, handlers);
  const hls = new Hls(config as HlsConfig);
  let recoveredAt = 0;
  hls.on(Hls.Events.ERROR, (_event, data: ErrorData) => {
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && Date.now() - recoveredAt > 5000) {
      recoveredAt = Date.now();
      hls.recoverMediaError();
      return;
    }
    handlers.onFault();
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  const timer = setInterval(
    () => handlers.onLatency(Number.isFinite(hls.latency) && hls.latency > 0 ? hls.latency : null),
    1000,
  );
  return () => {
    clearInterval(timer);
    hls.destroy();
  };
}

/** Safari plays HLS itself, low latency included. */
function playNative(video: HTMLVideoElement, url: string, handlers: HlsHandlers): () => void {
  video.src = url;
  video.addEventListener("error", handlers.onFault);
  return () => {
    video.removeEventListener("error", handlers.onFault);
    video.removeAttribute("src");
    video.load();
  };
}
