import { randomUUID } from "node:crypto";
import { captionsKey, type ProgrammeMark, programmeMarksKey } from "@rostrum/protocol";
import { readCaptions } from "@rostrum/rules";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Harness, liveJob } from "./harness.ts";
import { checkPlaylist, parsePlaylist } from "./playlist-checker.ts";
import { until } from "./ports.ts";

let harness: Harness;
const job = liveJob();
beforeAll(async () => {
  harness = await Harness.open({
    ...{ VIDEO_WIDTH: "320", VIDEO_HEIGHT: "180", VIDEO_PRESET: "ultrafast" },
    // Less than one programme is counted with: it is taken all the same, and nothing beside it.
    ...{ CPU_CORES: "0.1", VIDEO_LADDER: "144" },
  });
  await harness.want(job);
  await until("on air", 15_000, () => harness.egress?.supervisor.programme(job.webinarId)?.timeline.latest);
});
afterAll(() => harness.close());

const say = (text: string, startsAt: number, id: string = randomUUID()) =>
  harness.redis.rpush(
    captionsKey(job.webinarId),
    JSON.stringify({ id, text, startsAt, endsAt: startsAt + 1500 }),
  );
const get = (file: string) => fetch(harness.hls(job.webinarId, file));

/** Every cue that players can have by now, each once, by where the picture is then (epoch ms). */
async function shown(): Promise<Map<string, number>> {
  const playlist = await (await get("captions.m3u8")).text();
  const first = (await harness.status(job.webinarId))?.firstFrameAt ?? 0;
  const cues = new Map<string, number>();
  for (const [name] of playlist.matchAll(/^captions-\d+\.vtt$/gm)) {
    const response = await get(name);
    expect(response.status).toBe(200);
    // For good, but for no longer than the address opens.
    expect(response.headers.get("cache-control")).toMatch(/^public, max-age=(3600|3599), immutable$/);
    const text = await response.text();
    expect(text.startsWith("WEBVTT\nX-TIMESTAMP-MAP=LOCAL:00:00:00.000,MPEGTS:0\n")).toBe(true);
    for (const cue of readCaptions(text)) cues.set(cue.text, first + cue.fromMs);
  }
  return cues;
}

it("shows lines with the picture of their moment, and late ones as soon as they come", async () => {
  const master = await (await get("index.m3u8")).text();
  expect(master).toMatch(/#EXT-X-MEDIA:TYPE=SUBTITLES.*URI="captions\.m3u8"/);
  const now = Date.now();
  await say("in time", now + 1500);
  await say("said long ago <b>", now - 60_000);
  const cues = await until("both are in segments", 20_000, async () => {
    const found = await shown();
    return found.size === 2 ? found : undefined;
  });
  expect(Math.abs((cues.get("in time") ?? 0) - (now + 1500))).toBeLessThan(200);
  const late = cues.get("said long ago <b>") ?? 0;
  expect(late).toBeGreaterThanOrEqual(now - 200);
  expect(late).toBeLessThan(now + 1500);
  expect((await get("captions-99999.vtt")).status).toBe(404);
  expect((await get("captions.vtt")).status).toBe(404);
});

it("tells players what happens in the room, at its time, and that it is over", async () => {
  const startsAt = Date.now();
  const tell = (mark: ProgrammeMark) =>
    harness.redis.hset(programmeMarksKey(job.webinarId), mark.kind, JSON.stringify(mark));
  const told = async (file: string, id: string) => {
    const text = await (await get(file)).text();
    expect(checkPlaylist(text)).toEqual([]);
    return parsePlaylist(text).dateRanges.find(({ ID }) => ID === id);
  };
  const poll: ProgrammeMark = { id: "poll-1", kind: "poll", startsAt, endsAt: null, title: 'A "poll"?' };
  await tell(poll);
  const open = await until("the open poll", 10_000, () => told("live.m3u8", "poll-1"));
  expect(Date.now() - startsAt).toBeLessThan(5000);
  expect(open).toEqual({
    ...{ ID: "poll-1", CLASS: "rostrum.poll", "X-ROSTRUM-TITLE": "A 'poll'?" },
    "START-DATE": new Date(startsAt).toISOString(),
  });
  await tell({ ...poll, endsAt: startsAt + 1250 });
  const closed = await until("its end", 10_000, async () => {
    const range = await told("audio-plain.m3u8", "poll-1");
    return range?.DURATION ? range : undefined;
  });
  expect(closed).toEqual({ ...open, DURATION: "1.250" });
});

it("takes one programme whatever there is, leaves its ladder out, and no other beside it", async () => {
  const { renditions = [] } = (await harness.status(job.webinarId)) ?? {};
  expect(renditions.map(({ name, state }) => [name, state])).toEqual([
    ["180p", "on-air"],
    ["144p", "withheld"],
  ]);
  expect(await (await get("index.m3u8")).text()).not.toContain("144p");
  expect((await get("144p.m3u8")).status).toBe(404);
  const other = liveJob();
  await harness.want(other);
  await until("it is refused", 10_000, async () => harness.egress?.supervisor.refused === 1);
  expect(harness.egress?.supervisor.programme(other.webinarId)).toBeUndefined();
  await harness.redis.hdel("programmes", other.webinarId);
  await until("it is forgotten", 10_000, async () => harness.egress?.supervisor.refused === 0);
});
