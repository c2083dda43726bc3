import type { Page } from "playwright-core";
import { assert, until } from "./runner.ts";

/** What a video element shows now: decoded frames, and mean brightness and colour of its picture. */
export type Picture = {
  frames: number;
  width: number;
  height: number;
  brightness: number;
  spread: number;
  red: number;
  green: number;
  blue: number;
};

export async function pictureOf(page: Page, selector: string, afterMs = 0): Promise<Picture | undefined> {
  if (afterMs > 0) await page.waitForTimeout(afterMs);
  return page.evaluate((css) => {
    const video = document.querySelector<HTMLVideoElement>(css);
    if (!video || video.videoWidth === 0) return undefined;
    const canvas = document.createElement("canvas");
    canvas.width = 64;
    canvas.height = 36;
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context) return undefined;
    context.drawImage(video, 0, 0, 64, 36);
    const { data } = context.getImageData(0, 0, 64, 36);
    let red = 0;
    let green = 0;
    let blue = 0;
    let min = 255;
    let max = 0;
    for (let i = 0; i < data.length; i += 4) {
      const [r = 0, g = 0, b = 0] = [data[i], data[i + 1], data[i + 2]];
      red += r;
      green += g;
      blue += b;
      const luma = 0.299 * r + 0.587 * g + 0.114 * b;
      min = Math.min(min, luma);
      max = Math.max(max, luma);
    }
    const pixels = data.length / 4;
    return {
      frames: video.getVideoPlaybackQuality().totalVideoFrames,
      width: video.videoWidth,
      height: video.videoHeight,
      red: red / pixels,
      green: green / pixels,
      blue: blue / pixels,
      brightness: (red + green + blue) / pixels / 3,
      spread: max - min,
    };
  }, selector);
}

/** A picture that moves and is not black: frames grow, brightness and contrast are there. */
export async function expectMovingPicture(
  page: Page,
  selector: string,
  timeoutMs = 15_000,
): Promise<Picture> {
  const first = await until(`a picture in ${selector}`, timeoutMs, async () => {
    const picture = await pictureOf(page, selector);
    return picture && picture.frames > 0 && picture.brightness > 8 ? picture : undefined;
  });
  return until(`more frames in ${selector}`, timeoutMs, async () => {
    const picture = await pictureOf(page, selector);
    if (!picture || picture.frames < first.frames + 10) return undefined;
    assert(picture.spread > 20, `the picture in ${selector} has no contrast`);
    return picture;
  });
}

/**
 * Let the page itself note when a picture that is not there yet has moved for ten frames: what asks from outside has its
 * answer when the machine that all browsers share gets to it.
 */
export async function noteMovingPicture(page: Page, selector: string): Promise<void> {
  await page.evaluate((css) => {
    const look = () => {
      const video = document.querySelector<HTMLVideoElement>(css);
      const frames = video?.videoWidth ? video.getVideoPlaybackQuality().totalVideoFrames : 0;
      if (frames > 10) Object.assign(window, { movingPictureAt: Date.now() });
      else setTimeout(look, 20);
    };
    look();
  }, selector);
}

/** When that was, in ms of the epoch. */
export async function movingPictureAt(page: Page): Promise<number> {
  const noted = () => (window as { movingPictureAt?: number }).movingPictureAt;
  const at = await page.waitForFunction(noted, undefined, { timeout: 5000 });
  return (await at.jsonValue()) as number;
}

/** Loudest sample of an element over half a second, 0..1. */
export async function loudness(page: Page, selector: string): Promise<number> {
  return page.evaluate(async (css) => {
    const element = document.querySelector<HTMLMediaElement>(css);
    if (!element) return 0;
    const holder = element as HTMLMediaElement & {
      probe?: { analyser: AnalyserNode; context: AudioContext };
    };
    if (!holder.probe) {
      const context = new AudioContext();
      const analyser = context.createAnalyser();
      analyser.fftSize = 2048;
      const stream = element.srcObject instanceof MediaStream ? element.srcObject : undefined;
      if (stream) context.createMediaStreamSource(stream).connect(analyser);
      else {
        const source = context.createMediaElementSource(element);
        source.connect(analyser);
        source.connect(context.destination);
      }
      holder.probe = { analyser, context };
      await context.resume();
    }
    const samples = new Float32Array(holder.probe.analyser.fftSize);
    let peak = 0;
    for (let i = 0; i < 10; i++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      holder.probe.analyser.getFloatTimeDomainData(samples);
      for (const sample of samples) peak = Math.max(peak, Math.abs(sample));
    }
    return peak;
  }, selector);
}

/** Sound above silence; the fake microphone beeps once a second. */
export async function expectSound(page: Page, selector: string): Promise<number> {
  return until(`sound in ${selector}`, 15_000, async () => {
    const peak = await loudness(page, selector);
    return peak > 0.01 ? peak : undefined;
  });
}
