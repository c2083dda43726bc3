import Hls, { type ErrorData, type HlsConfig } from "hls.js";
import { askWith, type MediaAccess } from "./media-access.ts";

/** Tuned for a recording: begins where it is told, keeps half a minute ahead. */
const config: Partial<HlsConfig> = {
  autoStartLoad: false,
  maxBufferLength: 30,
  backBufferLength: 60,
  enableWebVTT: false,
  enableCEA708Captions: false,
};

export type RecordedHandlers = {
  /** Told the date of the first picture, epoch ms, answers where to begin, seconds of the element's axis. */
  begin: (firstAt: number) => number;
  /** Cannot be mended in place. */
  onFault: () => void;
};

/** Plays a finished playlist in a video element. @returns stops it */
export function playRecorded(
  video: HTMLVideoElement,
  { url, access }: { url: string; access: MediaAccess },
  handlers: RecordedHandlers,
): () => void {
  const hls = new Hls({ ...config, xhrSetup: askWith(access) } as HlsConfig);
  let begun = false;
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
  hls.on(Hls.Events.LEVEL_LOADED, (_event, { details }) => {
    if (begun) return;
    begun = true;
    hls.startLoad(handlers.begin(details.fragments[0]?.programDateTime ?? 0));
  });
  hls.on(Hls.Events.MANIFEST_PARSED, () => {
    // A playlist of segments is its own only level, loaded already.
    const details = hls.levels[0]?.details;
    if (begun || !details) return;
    begun = true;
    hls.startLoad(handlers.begin(details.fragments[0]?.programDateTime ?? 0));
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return () => hls.destroy();
}
