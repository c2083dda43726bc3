/**
 * A wall clock that survives video coding: 40 bits of epoch milliseconds as black and white blocks in two rows across the
 * middle of the picture, least significant first. A camera that shows it, and a receiver that reads it back, measure
 * glass to glass on one machine's clock.
 */
export const clock = { columns: 20, rows: 2, top: 0.35, height: 0.3, bits: 40, width: 1280, noise: 0 };
export type ClockShape = typeof clock;

/** Runs in the publisher's page before its scripts: the camera becomes the clock, the microphone stays. */
export function installClockCamera(shape: ClockShape): void {
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const start = (): MediaStream => {
    const canvas = document.createElement("canvas");
    canvas.width = shape.width;
    canvas.height = (shape.width * 9) / 16;
    const context = canvas.getContext("2d", { alpha: false });
    const width = canvas.width / shape.columns;
    const height = (canvas.height * shape.height) / shape.rows;
    // Grain that moves: without any, a frame is one packet and no test of a lossy path.
    const grain = document.createElement("canvas");
    grain.width = canvas.width;
    grain.height = canvas.height;
    const paint = grain.getContext("2d", { alpha: false });
    if (paint && shape.noise > 0) {
      const pixels = paint.createImageData(grain.width, grain.height);
      for (let i = 0; i < pixels.data.length; i += 4) {
        const grey = 128 + (Math.random() - 0.5) * 255 * shape.noise;
        pixels.data.set([grey, grey, grey, 255], i);
      }
      paint.putImageData(pixels, 0, 0);
    }
    const draw = () => {
      if (!context) return;
      context.fillStyle = "#808080";
      context.fillRect(0, 0, canvas.width, canvas.height);
      if (shape.noise > 0) {
        const shift = Math.floor(Math.random() * grain.width);
        context.drawImage(grain, shift, 0);
        context.drawImage(grain, shift - grain.width, 0);
      }
      let now = Date.now() % 2 ** shape.bits;
      for (let bit = 0; bit < shape.bits; bit++) {
        context.fillStyle = now % 2 === 1 ? "#fff" : "#000";
        now = Math.floor(now / 2);
        const row = Math.floor(bit / shape.columns);
        context.fillRect(
          (bit % shape.columns) * width,
          canvas.height * shape.top + row * height,
          width,
          height,
        );
      }
    };
    setInterval(draw, 1000 / 30);
    draw();
    return canvas.captureStream(30);
  };
  navigator.mediaDevices.getUserMedia = (constraints) =>
    constraints?.video ? Promise.resolve(start()) : real(constraints);
}

type Reading = { selector: string; shape: ClockShape; samples: number; timeoutMs: number };

/**
 * Runs in a receiver's page: ages of frames at the moment they are presented, ms. Unreadable frames are left out. The
 * camera fills the picture: its own track does, and so does the programme while one camera is on stage.
 */
export async function readClock({ selector, shape, samples, timeoutMs }: Reading): Promise<number[]> {
  const video = document.querySelector<HTMLVideoElement>(selector);
  if (!video) throw new Error(`no video ${selector}`);
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const ages: number[] = [];
  const deadline = Date.now() + timeoutMs;
  const read = (): number | undefined => {
    if (!context) return undefined;
    const shownAt = Date.now();
    canvas.width = shape.columns * 4;
    canvas.height = shape.rows * 4;
    const top = shape.top * video.videoHeight;
    const height = shape.height * video.videoHeight;
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
  while (ages.length < samples && Date.now() < deadline) {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, 500);
      video.requestVideoFrameCallback(() => {
        clearTimeout(timer);
        resolve();
      });
    });
    const age = read();
    if (age !== undefined) ages.push(age);
  }
  return ages;
}
