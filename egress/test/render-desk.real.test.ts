import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { getPriority, tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, createTokens, Scope } from "@rostrum/platform";
import { type RenderNews, RendersTold, type WantedRender, WebinarId } from "@rostrum/protocol";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Tuning } from "../src/programme/index.ts";
import { RenderDesk } from "../src/render/index.ts";
import { makeTrack } from "./made-tracks.ts";
import { until } from "./ports.ts";
import { isRed, pictures } from "./probe.ts";

const log = createLog({ service: "test", level: process.env.TEST_LOG === "debug" ? "debug" : "silent" });
const webinarId = WebinarId.parse(randomUUID());
const tuning: Tuning = {
  ...{ width: 320, height: 180, framesPerSecond: 30, videoBitrateKbps: 400, videoPreset: "ultrafast" },
  ...{ rungs: [], audioBitrateKbps: 64, partTicks: 10, segmentTicks: 60, playoutDelayMs: 200, holdMs: 150 },
  ...{ fontFile: null, rtpListenIp: "127.0.0.1" },
};
let folder: string;
let web: Server;
let wanted: WantedRender[] = [];
const told: RenderNews[] = [];
let hasRoom = true;
/** There is no room any more as soon as something is begun. */
let stallOnce = false;
const durationMs = 60_000;
const ready: string[] = [];

/** A recording of a minute, of which Ann's track is all that is left. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rostrum-render-desk-"));
  const directory = join(folder, webinarId);
  await mkdir(directory);
  const track = await makeTrack(directory, "Ann red", { codec: "vp8", offsetMs: 0, seconds: 4 });
  await writeFile(join(directory, "tracks.jsonl"), `${JSON.stringify(track)}\n`);
  await writeFile(join(directory, `track-${track.trackId}.json`), JSON.stringify(track));
  await writeFile(join(directory, "recording.mp4"), "as it was broadcast");
  await writeFile(
    join(directory, "recording.json"),
    JSON.stringify({ durationMs, bytes: 19, startedAt: 0, chapters: [] }),
  );
  // Web, as far as it matters: what it wants, and what it is told.
  web = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    told.push(...RendersTold.parse(JSON.parse(body)).news);
    response.setHeader("content-type", "application/json").end(JSON.stringify({ wanted }));
  });
  await new Promise<void>((resolve) => web.listen(0, "127.0.0.1", resolve));
}, 60_000);
afterAll(async () => {
  web.close();
  await rm(folder, { recursive: true, force: true });
});

function open(): { desk: RenderDesk; close: () => Promise<void> } {
  const scope = new Scope("desk", log);
  const desk: RenderDesk = new RenderDesk({
    web: {
      webUrl: `http://127.0.0.1:${(web.address() as { port: number }).port}`,
      tokens: createTokens("0123456789abcdef0123456789abcdef"),
      claims: { nodeId: "egress" as never, kind: "egress" },
    },
    ...{ directory: folder, archive: undefined, tuning, ffmpegPath: "ffmpeg" },
    hasRoom: () => {
      if (stallOnce && desk.pid !== undefined) {
        stallOnce = false;
        hasRoom = false;
      }
      return hasRoom;
    },
    isUnfinished: () => false,
    onReady: async (id) => void ready.push(id),
    ...{ everyMs: 100, scope, log },
  });
  return { desk, close: () => scope.close("test") };
}

const wish = (layout: WantedRender["layout"], more: Partial<WantedRender> = {}): WantedRender => ({
  ...{ id: randomUUID(), webinarId, layout, desired: "made", title: "A test", ...more },
});
const newsOf = (id: string) => told.filter((news) => news.id === id);
const heard = <State extends RenderNews["state"]>(id: string, state: State) =>
  until(`${state} is told`, 60_000, () =>
    newsOf(id).find((news): news is Extract<RenderNews, { state: State }> => news.state === state),
  );
const made = async () =>
  (await readdir(join(folder, webinarId))).filter((name) => name.includes("render-")).sort();
const share = (id: string): number =>
  newsOf(id).reduce((most, news) => Math.max(most, news.state === "making" ? news.progress : 0), 0);

it("waits for the cores, says so, goes on where it was, and tells of the file", {
  timeout: 120_000,
}, async () => {
  hasRoom = false;
  const [grid, side, elsewhere] = [
    wish("grid"),
    wish("side"),
    wish("grid", { webinarId: WebinarId.parse(randomUUID()) }),
  ];
  wanted = [elsewhere, grid, side];
  const { desk, close } = open();
  expect(await heard(grid.id, "waiting")).toMatchObject({ reason: "cores" });
  expect(desk.pid).toBeUndefined();
  // A programme comes while it is made: it stands still, and nothing is lost.
  stallOnce = true;
  hasRoom = true;
  await until("it stands still", 60_000, () => desk.pid !== undefined && !hasRoom);
  const { pid = 0 } = desk;
  await heard(side.id, "waiting");
  await until("the other waits for this one", 20_000, () =>
    newsOf(side.id).some((news) => news.state === "waiting" && news.reason === "queue"),
  );
  await until("its process is of low priority", 20_000, () => getPriority(pid) === 19);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(newsOf(grid.id).at(-1)).toMatchObject({ state: "waiting", reason: "cores" });
  expect(desk.pid).toBe(pid);
  expect(ready).toEqual([]);
  wanted = [elsewhere, grid];
  hasRoom = true;
  const file = await heard(grid.id, "ready");
  const path = join(folder, webinarId, "render-grid.mp4");
  expect(file).toMatchObject({ durationMs, bytes: (await stat(path)).size });
  expect(isRed((await pictures(path, 10)).at(10, 0.5, 0.5))).toBe(true);
  expect(ready).toEqual([webinarId]);
  expect(share(grid.id)).toBeGreaterThan(0);
  // What another node holds is not ours to speak of.
  expect(newsOf(elsewhere.id)).toEqual([]);
  // The next is begun, stands still, and is taken back.
  stallOnce = true;
  wanted = [side];
  await until("the next is begun", 60_000, () => desk.pid !== undefined && !hasRoom);
  expect(desk.pid).not.toBe(pid);
  await until("it writes", 60_000, async () => (await made()).length > 1);
  wanted = [];
  await until("it is cancelled", 20_000, () => desk.pid === undefined);
  expect(await made()).toEqual(["render-grid.mp4"]);
  hasRoom = true;
  // Deleted, and told of until web has heard it.
  const gone = wish("grid", { desired: "gone" });
  wanted = [gone];
  await heard(gone.id, "gone");
  wanted = [];
  expect(await made()).toEqual([]);
  await close();
});

it("starts over after a restart, and says when it cannot", { timeout: 120_000 }, async () => {
  const one = wish("speaker");
  wanted = [one];
  const before = open();
  await until("it is being made", 60_000, async () => (await made()).length > 0);
  const { pid } = before.desk;
  await before.close();
  expect(() => process.kill(pid ?? 0, 0)).toThrow();
  expect(await made()).toEqual([]);
  // Left by one that was killed.
  await writeFile(join(folder, webinarId, "new-1-render-speaker.mp4"), "half");
  const after = open();
  await heard(one.id, "ready");
  wanted = [];
  expect(await made()).toEqual(["render-speaker.mp4"]);
  const track = (await readdir(join(folder, webinarId))).find((name) => name.endsWith(".webm")) ?? "";
  await writeFile(join(folder, webinarId, track), "no film");
  const broken = wish("side");
  wanted = [broken];
  const { message } = await heard(broken.id, "failed");
  wanted = [];
  expect(message).toBe("Something in the separate tracks could not be read or coded.");
  expect(await made()).toEqual(["render-speaker.mp4"]);
  await after.close();
});
