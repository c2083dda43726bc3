import { baseConfigShape } from "@rostrum/platform";
import { z } from "zod";

const port = z.coerce.number().int().min(1).max(65535);

/** Configuration that every media node has. */
export const mediaConfigShape = {
  ...baseConfigShape,
  RTC_LISTEN_IP: z.string().default("127.0.0.1").describe("Address the media port binds"),
  RTC_ANNOUNCED_ADDRESS: z.string().default("127.0.0.1").describe("Address told to browsers"),
  RTC_BASE_PORT: port.describe(
    "Media port of the first worker, UDP and TCP; worker i takes the i-th after it",
  ),
  RTC_WORKERS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .describe("Media workers, one per core at most"),
  PIPE_LISTEN_IP: z
    .string()
    .default("127.0.0.1")
    .describe("Address for pipes and feeds between nodes; keep it internal"),
  PIPE_PORT_MIN: port.describe("First UDP port of pipes and feeds"),
  PIPE_PORT_MAX: port.describe("Last UDP port of pipes and feeds"),
};

const MediaConfig = z.object(mediaConfigShape);
export type MediaConfig = z.infer<typeof MediaConfig>;
