import { appendFile, mkdtemp, readdir, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog } from "@rostrum/platform";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { TimelineSegment } from "../hls/index.ts";
import { parseManifest } from "./manifest.ts";
import { Recorder } from "./recorder.ts";

const log = createLog({ service: "test", level: "silent" });
let folder: string;
let directory: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "rostrum-recorder-"));
  directory = join(folder, "programme");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const segment = (sequence: number): TimelineSegment => ({
  sequence,
  run: 0,
  duration: 2,
  programmeMs: sequence * 2000,
  discontinuity: false,
  bytes: Buffer.alloc(1000, sequence),
  size: 1000,
  parts: [],
  complete: true,
  gap: false,
});

const listed = async (): Promise<number[]> =>
  parseManifest(await readFile(join(directory, "manifest.jsonl"), "utf8")).flatMap((line) =>
    line.type === "segment" ? [line.sequence] : [],
  );

it("keeps what a disk does not take, and writes it in order once it does", { timeout: 10_000 }, async () => {
  const recorder = new Recorder(directory, log);
  await recorder.recall();
  recorder.begin(0);
  recorder.segment(segment(1));
  await recorder.flush();
  // Nothing can be written to a folder that is not there.
  await rename(directory, `${directory}-away`);
  for (const sequence of [2, 3, 4]) recorder.segment(segment(sequence));
  await expect.poll(() => recorder.fault, { timeout: 3000 }).not.toBeNull();
  await rename(`${directory}-away`, directory);
  await recorder.flush();
  expect(recorder.fault).toBeNull();
  expect(await listed()).toEqual([1, 2, 3, 4]);
  expect((await readdir(directory)).filter((name) => name.endsWith(".m4s"))).toHaveLength(4);
});

it("writes on behind a line that was cut off", async () => {
  const before = new Recorder(directory, log);
  await before.recall();
  before.segment(segment(1));
  await before.flush();
  await appendFile(join(directory, "manifest.jsonl"), '{"type":"segment","seq');
  const after = new Recorder(directory, log);
  expect((await after.recall()).segments).toHaveLength(1);
  after.segment(segment(2));
  await after.flush();
  expect(await listed()).toEqual([1, 2]);
});
