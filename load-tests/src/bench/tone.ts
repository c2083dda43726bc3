/** Runs in the publisher's page before its scripts: the microphone is a steady tone, so that any silence is a gap. */
export function installToneMicrophone(hertz: number): void {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    if (!constraints?.audio) return real(constraints);
    const context = new AudioContext({ sampleRate: 48_000 });
    await context.resume();
    const tone = new OscillatorNode(context, { frequency: hertz });
    const volume = new GainNode(context, { gain: 0.4 });
    const out = context.createMediaStreamDestination();
    tone.connect(volume).connect(out);
    tone.start();
    return out.stream;
  };
}

export type Hearing = {
  /** Time listened to, by the samples' own clock, ms. */
  heardMs: number;
  /** Longest stretch without the tone: silence in the samples, or no samples at all. */
  longestGapMs: number;
  /** Stretches without the tone of more than 40 ms. */
  gaps: number;
  /** Share of samples that the jitter buffer made up (W3C webrtc-stats `concealedSamples`), percent. */
  concealedPct: number | null;
};

/**
 * Runs in a receiver's page: listens to what an audio element plays for some seconds. The element's track is read as the
 * browser renders it, after loss concealment. A window of 10 ms counts as silent below a tenth of the tone.
 */
export async function listen({ selector, seconds }: { selector: string; seconds: number }): Promise<Hearing> {
  const element = document.querySelector<HTMLMediaElement>(selector);
  const [track] = element?.srcObject instanceof MediaStream ? element.srcObject.getAudioTracks() : [];
  if (!track) throw new Error(`no sound in ${selector}`);
  type Chunk = {
    numberOfFrames: number;
    sampleRate: number;
    copyTo: (to: Float32Array, options: { planeIndex: number; format: string }) => void;
    close: () => void;
  };
  const { MediaStreamTrackProcessor: Processor } = globalThis as unknown as {
    MediaStreamTrackProcessor: new (options: {
      track: MediaStreamTrack;
    }) => {
      readable: ReadableStream<Chunk>;
    };
  };
  const reader = new Processor({ track }).readable.getReader();
  const hearing: Hearing = { heardMs: 0, longestGapMs: 0, gaps: 0, concealedPct: null };
  let quietMs = 0;
  let lastAt = performance.now();
  const until = lastAt + seconds * 1000;
  const note = (loud: boolean, ms: number): void => {
    if (loud) {
      if (quietMs > 40) hearing.gaps++;
      quietMs = 0;
    } else quietMs += ms;
    hearing.longestGapMs = Math.max(hearing.longestGapMs, Math.round(quietMs));
  };
  while (performance.now() < until) {
    const { value, done } = await reader.read();
    if (done || !value) break;
    const samples = new Float32Array(value.numberOfFrames);
    value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
    const ms = (value.numberOfFrames / value.sampleRate) * 1000;
    value.close();
    const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
    // Samples that come late were a gap for the ear, whatever is in them.
    const lateMs = performance.now() - lastAt - ms;
    lastAt = performance.now();
    if (lateMs > 100) note(false, lateMs);
    note(Math.sqrt(power) > 0.028, ms);
    hearing.heardMs += ms;
  }
  await reader.cancel();
  hearing.heardMs = Math.round(hearing.heardMs);
  return hearing;
}
