import type { Page } from "playwright-core";

/** What a page saw and heard, epoch ms. `stays`: each time it became connected, and to which edge. */
export type PageRecord = { frames: number[]; sounds: number[]; stays: { at: number; edge: string }[] };

type Probed = { rostrumProbe?: PageRecord };

/**
 * Runs in an attendee's page before its scripts: notes every frame that is presented in the panelist's picture or the
 * programme, every moment with sound, and every connection, across whatever elements come and go.
 */
export function installProbe(): void {
  const record: PageRecord = { frames: [], sounds: [], stays: [] };
  (globalThis as Probed).rostrumProbe = record;

  const watched = new WeakSet<HTMLVideoElement>();
  const watchVideo = (video: HTMLVideoElement): void => {
    if (watched.has(video)) return;
    watched.add(video);
    const frame = (): void => {
      record.frames.push(Date.now());
      video.requestVideoFrameCallback(frame);
    };
    video.requestVideoFrameCallback(frame);
  };

  let connectedTo: string | undefined;
  const watchPage = (): void => {
    for (const video of document.querySelectorAll<HTMLVideoElement>(
      'video[data-source="camera"], video[data-player="hls"]',
    ))
      watchVideo(video);
    const main = document.querySelector<HTMLElement>("main[data-edge]");
    const edge = main?.dataset.connection === "connected" ? main.dataset.edge : undefined;
    if (edge !== undefined && edge !== connectedTo) record.stays.push({ at: Date.now(), edge });
    connectedTo = edge;
  };
  new MutationObserver(watchPage).observe(document, { subtree: true, childList: true, attributes: true });

  let context: AudioContext | undefined;
  const probes = new Map<MediaStream, AnalyserNode>();
  const samples = new Float32Array(2048);
  const listen = (): void => {
    const streams = [...document.querySelectorAll("audio")]
      .map(({ srcObject }) => srcObject)
      .filter((stream): stream is MediaStream => stream instanceof MediaStream);
    for (const stream of probes.keys()) if (!streams.includes(stream)) probes.delete(stream);
    for (const stream of streams) {
      if (probes.has(stream) || stream.getAudioTracks().length === 0) continue;
      context ??= new AudioContext();
      const analyser = context.createAnalyser();
      analyser.fftSize = samples.length;
      context.createMediaStreamSource(stream).connect(analyser);
      probes.set(stream, analyser);
    }
    for (const analyser of probes.values()) {
      analyser.getFloatTimeDomainData(samples);
      if (samples.some((sample) => Math.abs(sample) > 0.01)) {
        record.sounds.push(Date.now());
        return;
      }
    }
  };
  setInterval(listen, 40);
}

/** What the page noted since `from`, epoch ms; what is older is forgotten, the stays aside. */
export const readProbe = (page: Page, from: number): Promise<PageRecord> =>
  page.evaluate((since) => {
    const record = (globalThis as Probed).rostrumProbe;
    if (!record) throw new Error("the page has no probe");
    record.frames = record.frames.filter((at) => at >= since);
    record.sounds = record.sounds.filter((at) => at >= since);
    return record;
  }, from);
