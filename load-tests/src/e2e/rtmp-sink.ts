import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}

/** An independent RTMP server (ffmpeg) that keeps what it is sent: the destination a host would configure. */
export class RtmpSink {
  readonly url: string;
  readonly file: string;
  readonly #child: ChildProcess;

  private constructor(url: string, file: string) {
    this.url = url;
    this.file = file;
    this.#child = spawn(
      "ffmpeg",
      [
        "-nostdin",
        "-loglevel",
        "error",
        "-listen",
        "1",
        "-f",
        "flv",
        "-i",
        url,
        "-c",
        "copy",
        "-f",
        "mpegts",
        "-y",
        file,
      ],
      { stdio: "ignore" },
    );
  }

  static async start(folder: string): Promise<RtmpSink> {
    return new RtmpSink(
      `rtmp://127.0.0.1:${await freePort()}/live/${randomUUID()}`,
      path.join(folder, "destination.ts"),
    );
  }

  get bytes(): number {
    try {
      return statSync(this.file).size;
    } catch {
      return 0;
    }
  }

  stop(): void {
    this.#child.kill("SIGKILL");
  }
}

export type Probe = {
  durationMs: number;
  video: string | undefined;
  audio: string | undefined;
  width: number;
};

/** What ffprobe says of a file or address. */
export async function probe(source: string): Promise<Probe> {
  const { stdout } = await run(
    "ffprobe",
    [
      "-v",
      "error",
      "-show_entries",
      "format=duration:stream=codec_type,codec_name,width",
      "-of",
      "json",
      source,
    ],
    { timeout: 30_000 },
  );
  const { streams, format } = JSON.parse(stdout) as {
    streams: { codec_type: string; codec_name: string; width?: number }[];
    format: { duration?: string };
  };
  const video = streams.find((stream) => stream.codec_type === "video");
  return {
    durationMs: Number(format.duration ?? 0) * 1000,
    video: video?.codec_name,
    audio: streams.find((stream) => stream.codec_type === "audio")?.codec_name,
    width: video?.width ?? 0,
  };
}
