import { type ChildProcess, spawn } from "node:child_process";

export type RtmpWish = {
  url: string;
  key: string;
  /** ffmpeg's name of a colour; a white square moves over it. */
  colour: string;
  /** As encoders are set by default: pictures out of order. */
  bFrames?: boolean;
};

/** An encoder as OBS is one: ffmpeg with x264 and AAC over RTMP, in real time. */
export class RtmpPublisher {
  readonly #child: ChildProcess;
  /** Resolves with how it ended. */
  readonly ended: Promise<number | null>;

  constructor({ url, key, colour, bFrames = false }: RtmpWish) {
    const picture = `color=c=${colour}:size=1280x720:rate=30[base];color=c=white:size=80x80:rate=30[square];[base][square]overlay=x='mod(n*12,1200)':y=320`;
    const coding = bFrames ? ["-bf", "2"] : ["-tune", "zerolatency", "-bf", "0"];
    this.#child = spawn(
      "ffmpeg",
      [
        ...["-nostdin", "-loglevel", "error", "-re", "-f", "lavfi", "-i", picture],
        ...["-re", "-f", "lavfi", "-i", "sine=frequency=523:sample_rate=44100"],
        ...["-c:v", "libx264", "-preset", "veryfast", ...coding, "-g", "60", "-b:v", "1500k"],
        ...["-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", "-b:a", "128k", "-f", "flv", `${url}/${key}`],
      ],
      { stdio: "ignore" },
    );
    this.ended = new Promise((resolve) => this.#child.once("exit", (code) => resolve(code)));
  }

  /** As when its machine loses its network: nothing is said. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }
}
