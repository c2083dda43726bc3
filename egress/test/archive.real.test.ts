import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, Scope, sleep } from "@rostrum/platform";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Archive, Archiver } from "../src/record/index.ts";

const log = createLog({ service: "test", level: "silent" });
const webinarId = "11111111-1111-4111-8111-111111111111";
let server: FauxqsServer;
let folder: string;

beforeAll(async () => {
  server = await startFauxqs({ port: 0, logger: false });
  server.createBucket("recordings");
  folder = await mkdtemp(join(tmpdir(), "rostrum-archive-"));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const open = (endpoint: string) =>
  new Archive({
    bucket: "recordings",
    region: "us-east-1",
    endpoint,
    accessKeyId: "key",
    secretAccessKey: "secret",
    prefix: "rostrum/",
  });

it("copies a finished recording in parts, after failures and restarts, and hands out a link that works", async () => {
  const recording = randomBytes(12 * 1024 * 1024);
  await mkdir(join(folder, webinarId));
  await writeFile(join(folder, webinarId, "recording.mp4"), recording);
  await writeFile(
    join(folder, webinarId, "recording.json"),
    JSON.stringify({ durationMs: 1000, bytes: recording.length }),
  );

  const track = randomBytes(100_000);
  await writeFile(join(folder, webinarId, "track-ada.webm"), track);

  // A bucket that cannot be reached loses nothing: the recording stays pending.
  const away = new Scope("away", log);
  const unreachable = open("http://127.0.0.1:1");
  const waiting = new Archiver({ archive: unreachable, directory: folder, scope: away, log });
  await sleep(500);
  expect(waiting.pending).toBe(1);
  await away.close("stopped");
  unreachable.close();

  const scope = new Scope("archive", log);
  const archive = open(`http://127.0.0.1:${server.port}`);
  expect(await archive.link({ webinarId, name: "recording.mp4" })).toBeNull();
  const archiver = new Archiver({ archive, directory: folder, scope, log });
  // Taken up, copied and marked, in this order.
  await expect.poll(() => readdir(join(folder, webinarId)), { timeout: 10_000 }).toContain("archived");
  await expect.poll(() => archiver.pending, { timeout: 2000 }).toBe(0);
  const link = await archive.link({ webinarId, name: "recording.mp4" });
  expect(link).toContain("/rostrum/");
  const copy = Buffer.from(await (await fetch(link ?? "")).arrayBuffer());
  expect(copy.equals(recording)).toBe(true);
  const trackLink = await archive.link({ webinarId, name: "track-ada.webm" });
  expect(Buffer.from(await (await fetch(trackLink ?? "")).arrayBuffer()).equals(track)).toBe(true);
  await scope.close("done");
  expect(scope.count()).toBe(0);
  archive.close();
});
