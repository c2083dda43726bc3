import { existsSync } from "node:fs";
import { availableParallelism } from "node:os";
import { baseConfigShape, loadServiceConfig, secret } from "@rostrum/platform";
import { ladderOf, ladderPattern } from "@rostrum/rules";
import { z } from "zod";
import type { Tuning } from "./programme/ipc.ts";
import type { ArchiveOptions } from "./record/index.ts";

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

export const EgressConfig = z.object({
  ...baseConfigShape,
  DATA_DIR: z.string().min(1).describe("Folder for segments and recordings"),
  RTMP_PORT: whole(1, 65535).describe("Loopback port of the RTMP hub; opened with the first destination"),
  INGEST_RTMP_PORT: whole(1, 65535)
    .optional()
    .describe("Port that encoders publish to over RTMP; none: this node takes none"),
  INGEST_RTMP_URL: z
    .string()
    .regex(/^rtmps?:\/\//)
    .optional()
    .describe("What encoders are told, without the key: rtmp://host:port/live, rtmps:// behind a TLS proxy"),
  RTP_LISTEN_IP: z.string().default("127.0.0.1").describe("Address that origins send RTP to"),
  FFMPEG_PATH: z.string().default("ffmpeg").describe("ffmpeg binary for RTMP copies and finished recordings"),
  FONT_FILE: z.string().optional().describe("TrueType font for names; DejaVu Sans when it is installed"),
  MAX_PROGRAMMES: whole(0, 64).default(4).describe("Programmes that this node takes at a time"),
  VIDEO_WIDTH: whole(320, 3840).multipleOf(2).default(1280).describe("Pixels"),
  VIDEO_HEIGHT: whole(180, 2160).multipleOf(2).default(720).describe("Pixels"),
  VIDEO_FPS: whole(10, 60).default(30).describe("Frames per second of the programme's clock"),
  VIDEO_BITRATE_KBPS: whole(200, 20_000)
    .default(2500)
    .describe("kbit/s of H.264, also its peak over one second"),
  VIDEO_LADDER: z
    .string()
    .regex(ladderPattern)
    .default("none")
    .describe(
      "Smaller renditions for viewers of the broadcast: heights, e.g. 480,360:700 (with kbit/s); none: no others",
    ),
  CPU_CORES: z.coerce
    .number()
    .min(0.1)
    .max(1024)
    .optional()
    .describe("Cores that programmes may take together; nine tenths of the machine's unless told"),
  VIDEO_PRESET: z
    .enum(["ultrafast", "superfast", "veryfast", "faster", "fast", "medium"])
    .default("superfast")
    .describe("x264 preset"),
  AUDIO_BITRATE_KBPS: whole(32, 512).default(128).describe("kbit/s of AAC"),
  HLS_PART_FRAMES: whole(3, 60).default(10).describe("Frames of an LL-HLS part"),
  HLS_PARTS_PER_SEGMENT: whole(1, 20)
    .default(6)
    .describe("Parts of a segment, which is also the key frame distance"),
  HLS_WINDOW_SEGMENTS: whole(6, 600).default(8).describe("Segments that a live playlist lists at least"),
  HLS_DVR_SECONDS: whole(0, 24 * 3600)
    .default(7200)
    .describe("How far back viewers may go, s; older than the least window is read from disk"),
  S3_BUCKET: z
    .string()
    .optional()
    .describe("Bucket that finished recordings are copied to; none: they stay on disk"),
  S3_ENDPOINT: z.url().optional().describe("S3-compatible provider other than AWS"),
  S3_REGION: z.string().default("us-east-1").describe("Region of the bucket"),
  S3_PREFIX: z.string().default("").describe("Before every key"),
  S3_ACCESS_KEY_ID: z.string().optional().describe("Key that may read and write the bucket"),
  S3_SECRET_ACCESS_KEY: secret(z.string().optional()).describe("Its secret"),
  PLAYOUT_DELAY_MS: whole(50, 2000).default(150).describe("From a packet's arrival to its picture, ms"),
});
export type EgressConfig = z.infer<typeof EgressConfig>;

export const readConfig = (): EgressConfig => loadServiceConfig(EgressConfig, process.env, "egress");

/** The archive's part; undefined when no bucket is named. Throws when a bucket has no keys. */
export function archiveOptionsOf(config: EgressConfig): ArchiveOptions | undefined {
  const { S3_BUCKET: bucket, S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = config;
  if (!bucket) return undefined;
  if (!accessKeyId || !secretAccessKey)
    throw new Error("S3_BUCKET is set: S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY are needed too");
  return {
    bucket,
    accessKeyId,
    secretAccessKey,
    region: config.S3_REGION,
    endpoint: config.S3_ENDPOINT,
    prefix: config.S3_PREFIX,
  };
}

/** The address that encoders are told; undefined when this node takes none. */
export function rtmpUrlOf(config: EgressConfig): string | undefined {
  const { INGEST_RTMP_PORT: port, INGEST_RTMP_URL: url, PUBLIC_URL: site } = config;
  if (port === undefined) return undefined;
  return url ?? `rtmp://${new URL(site).hostname}:${port}/live`;
}

const usualFonts = [
  "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
  "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
  "/usr/share/fonts/TTF/DejaVuSans.ttf",
];

/** The part of the configuration that a compositor needs. */
export function tuningOf(config: EgressConfig): Tuning {
  return {
    width: config.VIDEO_WIDTH,
    height: config.VIDEO_HEIGHT,
    framesPerSecond: config.VIDEO_FPS,
    videoBitrateKbps: config.VIDEO_BITRATE_KBPS,
    videoPreset: config.VIDEO_PRESET,
    audioBitrateKbps: config.AUDIO_BITRATE_KBPS,
    rungs: ladderOf(
      { width: config.VIDEO_WIDTH, height: config.VIDEO_HEIGHT, bitrateKbps: config.VIDEO_BITRATE_KBPS },
      config.VIDEO_LADDER,
    ),
    partTicks: config.HLS_PART_FRAMES,
    segmentTicks: config.HLS_PART_FRAMES * config.HLS_PARTS_PER_SEGMENT,
    playoutDelayMs: config.PLAYOUT_DELAY_MS,
    // A packet given up on must still find its time ahead of it.
    holdMs: Math.max(20, config.PLAYOUT_DELAY_MS - 50),
    fontFile: config.FONT_FILE ?? usualFonts.find((path) => existsSync(path)) ?? null,
    rtpListenIp: config.RTP_LISTEN_IP,
  };
}

/** Cores that the programmes of this node may take together: the rest is for HTTP, the recorder and the system. */
export const budgetCoresOf = ({ CPU_CORES }: EgressConfig): number =>
  CPU_CORES ?? 0.9 * availableParallelism();
