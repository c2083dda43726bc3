import type { ClockShape } from "./clock-picture.ts";

export type Watching = {
  seconds: number;
  /** Frames that reached the screen, and how many of them in the poorest second. */
  fps: number;
  lowestSecondFps: number;
  longestFreezeMs: number;
  /** Ages of frames as they were shown, ms, of a sample of them. */
  ages: number[];
};

type Wish = { selector: string; seconds: number; shape: ClockShape };

/**
 * Runs in a receiver's page: counts frames as they are presented (`presentedFrames` of requestVideoFrameCallback, which
 * also knows those between two callbacks) and reads the burnt-in clock of every third.
 */
export async function watch({ selector, seconds, shape }: Wish): Promise<Watching> {
  const video = document.querySelector<HTMLVideoElement>(selector);
  if (!video) throw new Error(`no video ${selector}`);
  const canvas = new OffscreenCanvas(shape.columns * 4, shape.rows * 4);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const readAge = (): number | undefined => {
    if (!context) return undefined;
    const shownAt = Date.now();
    const [top, height] = [shape.top * video.videoHeight, shape.height * video.videoHeight];
    context.drawImage(video, 0, top, video.videoWidth, height, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height);
    let value = 0;
    for (let bit = shape.bits - 1; bit >= 0; bit--) {
      const x = (bit % shape.columns) * 4 + 2;
      const y = Math.floor(bit / shape.columns) * 4 + 2;
      const luma = data[(y * canvas.width + x) * 4] ?? 128;
      if (luma > 90 && luma < 166) return undefined;
      value = value * 2 + (luma >= 128 ? 1 : 0);
    }
    const age = (shownAt % 2 ** shape.bits) - value;
    return age >= 0 && age < 60_000 ? age : undefined;
  };
  const ages: number[] = [];
  const perSecond: number[] = [];
  let [first, last, longest, calls] = [-1, -1, 0, 0];
  const startedAt = performance.now();
  let lastAt = startedAt;
  while (performance.now() - startedAt < seconds * 1000) {
    const frame = await new Promise<{ presentedFrames: number } | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(undefined), 1000);
      video.requestVideoFrameCallback((_, metadata) => {
        clearTimeout(timer);
        resolve(metadata);
      });
    });
    const now = performance.now();
    longest = Math.max(longest, now - lastAt);
    if (!frame) continue;
    lastAt = now;
    if (first < 0) first = frame.presentedFrames;
    else {
      const second = Math.floor((now - startedAt) / 1000);
      perSecond[second] = (perSecond[second] ?? 0) + frame.presentedFrames - last;
    }
    last = frame.presentedFrames;
    const age = calls++ % 3 === 0 ? readAge() : undefined;
    if (age !== undefined) ages.push(age);
  }
  const took = (performance.now() - startedAt) / 1000;
  // The first and the last second are not whole.
  const whole = Array.from({ length: Math.floor(took) }, (_, i) => perSecond[i] ?? 0).slice(1);
  return {
    seconds: Math.round(took),
    fps: Math.round(((last - first) / took) * 10) / 10,
    lowestSecondFps: Math.min(...whole),
    longestFreezeMs: Math.round(longest),
    ages,
  };
}
