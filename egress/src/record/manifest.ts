import { z } from "zod";

/** Lines of `manifest.jsonl`: what a programme has written so far, in order. Read again after a restart. */
export const ManifestLine = z.discriminatedUnion("type", [
  z.object({ type: z.literal("begin"), startedAt: z.number().int() }),
  z.object({
    type: z.literal("run"),
    run: z.number().int(),
    info: z.object({
      codecs: z.string(),
      width: z.number(),
      height: z.number(),
      framesPerSecond: z.number(),
      bitrateKbps: z.number(),
      baseMs: z.number(),
      /** Smaller renditions; none in what was made before there were any. */
      rungs: z
        .array(
          z.object({
            name: z.templateLiteral([z.number(), "p"]),
            width: z.number(),
            height: z.number(),
            bitrateKbps: z.number(),
            codecs: z.string(),
          }),
        )
        .default([]),
    }),
  }),
  z.object({
    type: z.literal("segment"),
    sequence: z.number().int(),
    run: z.number().int(),
    /** Seconds. */
    duration: z.number(),
    programmeMs: z.number(),
    discontinuity: z.boolean(),
    bytes: z.number().int(),
  }),
  /** From this moment of the recording somebody else spoke; `name` null: nobody in particular. */
  z.object({ type: z.literal("speaker"), atMs: z.number(), name: z.string().nullable() }),
  /** From here on this person's screen is shown; `name` null: nobody's. */
  z.object({ type: z.literal("sharing"), atMs: z.number(), name: z.string().nullable() }),
  z.object({ type: z.literal("layout"), atMs: z.number(), layout: z.string().max(40) }),
  z.object({ type: z.literal("end"), at: z.number().int() }),
]);
export type ManifestLine = z.infer<typeof ManifestLine>;
export type SegmentLine = Extract<ManifestLine, { type: "segment" }>;
/** What chapters are made of. */
export type TurnLine = Extract<ManifestLine, { type: "speaker" | "sharing" | "layout" }>;
export type RunLine = Extract<ManifestLine, { type: "run" }>;

/** Whole lines only: the last one may have been cut off by a crash, and what follows a bad line is not trusted. */
export const parseManifest = (text: string): ManifestLine[] => readManifest(text).lines;

/** The same, and how much of the text they are: what is written on goes there. */
export function readManifest(text: string): { lines: ManifestLine[]; trusted: string } {
  const lines: ManifestLine[] = [];
  let length = 0;
  for (const line of text.split("\n")) {
    const parsed = line === "" ? undefined : ManifestLine.safeParse(parseJson(line));
    if (parsed?.success === false) break;
    if (parsed) lines.push(parsed.data);
    length += line.length + 1;
  }
  return { lines, trusted: text.slice(0, length) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Cut off by a crash: the caller stops at the first line that is not whole.
    return undefined;
  }
}
