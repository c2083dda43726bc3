import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateMultipartUploadCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { createLog, createTokens, Scope, sleep } from "@rostrum/platform";
import { type FauxqsServer, startFauxqs } from "fauxqs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Archive, Archiver, Cleaner } from "../src/record/index.ts";
import { withUploads } from "./s3-uploads.ts";

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

it("deletes files and copies of what web has deleted, and ends uploads that were left over", async () => {
  const [gone, stays] = ["22222222-2222-4222-8222-222222222222", "33333333-3333-4333-8333-333333333333"];
  const s3 = await withUploads(server.port);
  const client = new S3Client({
    region: "us-east-1",
    endpoint: `http://127.0.0.1:${s3.port}`,
    forcePathStyle: true,
    credentials: { accessKeyId: "key", secretAccessKey: "secret" },
  });
  for (const id of [gone, stays]) {
    await mkdir(join(folder, id));
    await writeFile(join(folder, id, "recording.mp4"), "film");
    for (const name of ["recording.mp4", "track-ada.webm"])
      await client.send(
        new PutObjectCommand({ Bucket: "recordings", Key: `rostrum/${id}/${name}`, Body: "film" }),
      );
    const Key = `rostrum/${id}/recording.mp4`;
    await client.send(new CreateMultipartUploadCommand({ Bucket: "recordings", Key }));
  }
  // Web, as far as it matters: what it is told, and which recording it has deleted.
  const told: { held: string[]; gone: string[] }[] = [];
  const web = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    const asked = JSON.parse(body) as (typeof told)[number];
    told.push(asked);
    const deleted = asked.held.includes(gone) ? [gone] : [];
    response.setHeader("content-type", "application/json").end(JSON.stringify({ deleted }));
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
  const port = (web.address() as { port: number }).port;
  const scope = new Scope("cleaner", log);
  const archive = open(`http://127.0.0.1:${s3.port}`);
  let busy = true;
  const cleaner = new Cleaner({
    web: {
      webUrl: `http://127.0.0.1:${port}`,
      tokens: createTokens("0123456789abcdef0123456789abcdef"),
      claims: { nodeId: "egress" as never, kind: "egress" },
    },
    directory: folder,
    archive,
    isBusy: () => busy,
    everyMs: 3600_000,
    scope,
    log,
  });
  await cleaner.clean();
  // Something still plays it.
  expect(await readdir(folder)).toContain(gone);
  busy = false;
  await cleaner.clean();
  expect(await readdir(folder)).not.toContain(gone);
  expect(await readdir(join(folder, stays))).toEqual(["recording.mp4"]);
  expect(await archive.link({ webinarId: gone, name: "recording.mp4" })).toBeNull();
  expect(await archive.link({ webinarId: gone, name: "track-ada.webm" })).toBeNull();
  expect(await archive.link({ webinarId: stays, name: "recording.mp4" })).not.toBeNull();
  expect(s3.open()).toEqual([`rostrum/${stays}/recording.mp4`]);
  await cleaner.clean();
  expect(told.at(-1)?.gone).toEqual([gone]);
  // Older than a minute from now: left over.
  expect(await archive.abortUploads(new Date(Date.now() + 60_000))).toBe(1);
  expect(s3.open()).toEqual([]);
  await scope.close("done");
  archive.close();
  client.destroy();
  web.close();
  s3.close();
});
