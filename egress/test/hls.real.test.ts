import { readdir, writeFile } from "node:fs/promises";
import type { ProgrammeJob } from "@rostrum/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Harness, liveJob } from "./harness.ts";
import { execute } from "./media.ts";
import {
  checkBandwidth,
  checkMultivariant,
  checkRenditions,
  parseMultivariant,
} from "./multivariant-checker.ts";
import { NativePlayer } from "./native-player.ts";
import { camera, microphone } from "./origin.ts";
import { checkPlaylist, checkSuccession, checkTimes } from "./playlist-checker.ts";
import { parsePlaylist } from "./playlist-parse.ts";
import { until } from "./ports.ts";
import { probe, times } from "./probe.ts";

let harness: Harness;
let job: ProgrammeJob;
/** Segments of one second, six listed and twelve in memory: what is older than that is on disk within seconds. */
beforeAll(async () => {
  harness = await Harness.open({
    VIDEO_WIDTH: "640",
    VIDEO_HEIGHT: "360",
    VIDEO_BITRATE_KBPS: "800",
    VIDEO_PRESET: "ultrafast",
    VIDEO_LADDER: "240,180:150",
    HLS_PARTS_PER_SEGMENT: "3",
    HLS_WINDOW_SEGMENTS: "6",
    HLS_DVR_SECONDS: "600",
  });
  job = liveJob();
  const red = camera("Ann", "testsrc2=size=320x180:rate=30", "h264");
  harness.origin.add([red, microphone(red, "sine=frequency=440:sample_rate=48000:samples_per_frame=480")]);
  await harness.want(job);
  await until("it plays", 15_000, () => segments("plain.m3u8").then((list) => list.length > 1));
}, 40_000);
afterAll(async () => {
  await harness.close();
}, 20_000);

const address = (file: string): string => {
  const [name = "", query] = file.split("?");
  return `${harness.hls(job.webinarId, name)}${query ? `?${query}` : ""}`;
};
const get = (file: string) => fetch(address(file));
const text = async (file: string): Promise<string> => (await get(file)).text();
/** None while there is no playlist. */
const segments = async (file: string) => {
  const response = await get(file);
  return response.ok ? parsePlaylist(await response.text()).segments : [];
};
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Parts that do not follow the one before: the next of its segment, or the first of the next segment after three. */
function withoutHoles(downloads: readonly { uri: string }[]): string[] {
  const places = downloads.map(({ uri }) => /part-(\d+)-(\d+)/.exec(uri)?.slice(1).map(Number) ?? []);
  const numbers = places.map(([segment = 0, part = 0]) => segment * 3 + part);
  return downloads
    .map(({ uri }) => uri)
    .filter((_, index) => index > 0 && numbers[index] !== (numbers[index - 1] ?? 0) + 1);
}

describe("access that is short", () => {
  const base = () => `${harness.baseUrl}/hls/${job.webinarId}`;
  const accessFor = (seconds: number) =>
    harness.tokens.hlsAccess(job.webinarId, Math.floor(Date.now() / 1000) + seconds);
  /** As a browser does: what it is given it shows, until that has passed. */
  async function enter(seconds: number): Promise<string> {
    const response = await fetch(`${base()}/${accessFor(seconds)}/enter`);
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
    expect(response.headers.get("cache-control")).toBe("no-store");
    const [cookie = "", ...attributes] = (response.headers.get("set-cookie") ?? "").split("; ");
    expect(attributes).toEqual(
      expect.arrayContaining([`Path=/hls/${job.webinarId}/`, "HttpOnly", "SameSite=Lax"]),
    );
    return cookie;
  }

  it("is renewed under a player that keeps its address, without a hole", { timeout: 30_000 }, async () => {
    let cookie = await enter(4);
    const accesses = new Set([cookie]);
    const renewing = setInterval(
      () =>
        void enter(4).then((next) => {
          cookie = next;
          accesses.add(next);
        }),
      1000,
    );
    const player = new NativePlayer(
      (file) => `${base()}/mine/${file}`,
      "live.m3u8",
      () => ({ cookie }),
    );
    await player.follow(30).finally(() => clearInterval(renewing));
    expect(player.faults).toEqual([]);
    expect(withoutHoles(player.downloads)).toEqual([]);
    expect(accesses.size).toBeGreaterThan(5);
    // Nobody renews it any more: over, although nothing of the address has changed.
    const ask = (headers: Record<string, string>) => fetch(`${base()}/mine/live.m3u8`, { headers });
    const last = await ask({ cookie });
    expect(last.headers.get("cache-control")).toMatch(/^private, max-age=[01]$/);
    await until("the access has passed", 8000, async () => (await ask({ cookie })).status === 403);
    // The link in another browser, and the cookie of another webinar.
    expect((await ask({})).status).toBe(403);
    const foreign = harness.tokens.hlsAccess("another", Math.floor(Date.now() / 1000) + 60);
    expect((await ask({ cookie: `rostrum_hls=${foreign}` })).status).toBe(403);
    expect((await fetch(`${base()}/mine/enter`)).status).toBe(403);
  });

  it("is never kept by a cache for longer than it opens", async () => {
    const list = await segments("plain.m3u8");
    const uri = list.at(-2)?.uri ?? "";
    const kept = async (access: string) =>
      (await fetch(`${base()}/${access}/${uri}`)).headers.get("cache-control");
    expect(await kept(accessFor(3600))).toMatch(/^public, max-age=(3600|3599), immutable$/);
    expect(await kept(accessFor(9))).toMatch(/^public, max-age=[89], immutable$/);
    expect((await fetch(`${base()}/${accessFor(-1)}/${uri}`)).status).toBe(403);
  });
});

describe("the HLS of a real programme", () => {
  it("keeps the rules for two players, sound alone and whole segments", { timeout: 40_000 }, async () => {
    expect(checkMultivariant(await text("index.m3u8"))).toEqual([]);
    const player = new NativePlayer(address);
    const listener = new NativePlayer(address, "audio.m3u8");
    await Promise.all([player.follow(45), listener.follow(45)]);
    for (const { versions, faults, downloads, deltas } of [player, listener]) {
      expect(versions.flatMap((version) => checkPlaylist(version.text))).toEqual([]);
      const instants = versions.map(({ at }) => at);
      // A machine that stops for a moment may cost one; the rule itself is held by the compressed hour.
      expect(checkTimes(instants, 1).length).toBeLessThanOrEqual(1);
      expect(faults).toEqual([]);
      expect(downloads.length).toBeGreaterThanOrEqual(45);
      expect(deltas).toBeGreaterThan(20);
    }
    // What was played, as one file: pictures without a hole, and the sound by itself the same length.
    const files = [`${harness.dataDir}/played.mp4`, `${harness.dataDir}/heard.mp4`] as const;
    await writeFile(files[0], await player.recording());
    await writeFile(files[1], await listener.recording());
    const [played, heard] = [await probe(files[0]), await probe(files[1])];
    expect(played.streams.map(({ codec_name }) => codec_name).sort()).toEqual(["aac", "h264"]);
    expect(heard.streams.map(({ codec_name }) => codec_name)).toEqual(["aac"]);
    for (const { downloads } of [player, listener]) expect(withoutHoles(downloads)).toEqual([]);
    const sound = await times(files[1], "a");
    expect((sound.at(-1) ?? 0) - (sound[0] ?? 0)).toBeGreaterThan(14);
    await execute("ffmpeg", ["-v", "error", "-xerror", "-i", files[0], "-f", "null", "-"]);
    await execute("ffmpeg", ["-v", "error", "-xerror", "-i", files[1], "-f", "null", "-"]);
  });

  it("is the same programme in every rung: same segments, key frames at the same times", {
    timeout: 30_000,
  }, async () => {
    const { variants } = parseMultivariant(await text("index.m3u8"));
    const uris = variants.map(({ uri }) => uri);
    expect(uris).toEqual(["live.m3u8", "240p.m3u8", "180p.m3u8", "audio.m3u8"]);
    // A busy machine leaves rungs out for a while.
    await until("three segments of every rung", 20_000, async () =>
      (await Promise.all([segments("240p.m3u8"), segments("180p.m3u8")])).every((list) =>
        list.slice(-5, -1).every(({ gap, parts }) => !gap && parts.every((part) => !part.gap)),
      ),
    );
    const sequence = ((await segments("live.m3u8")).at(-1)?.sequence ?? 0) + 1;
    // All at once, as they were when that part came.
    const query = `?_HLS_msn=${sequence}&_HLS_part=1`;
    const bodies = await Promise.all(uris.map((uri) => text(`${uri}${query}`)));
    expect(bodies.flatMap(checkPlaylist)).toEqual([]);
    expect(checkRenditions(new Map(uris.map((uri, index) => [uri, bodies[index] ?? ""])))).toEqual([]);
    const whole = parsePlaylist(bodies[0] ?? "")
      .segments.filter(({ uri }) => uri !== null)
      .slice(-3);
    const seen: string[] = [];
    for (const variant of variants.slice(0, 3)) {
      const name = variant.uri === "live.m3u8" ? "" : variant.uri.replace(".m3u8", "-");
      const of = (file: string) =>
        get(`${name}${file}`).then(async (r) => Buffer.from(await r.arrayBuffer()));
      const media = await Promise.all(whole.map(({ uri }) => of(uri ?? "")));
      const sizes = media.map(({ length }, index) => ({
        bytes: length,
        seconds: whole[index]?.duration ?? 1,
      }));
      expect(checkBandwidth(variant, sizes)).toEqual([]);
      const file = `${harness.dataDir}/${name}rung.mp4`;
      await writeFile(file, Buffer.concat([await of(whole[0]?.uri ? "init-0.mp4" : ""), ...media]));
      const { streams } = await probe(file);
      const picture = streams.find(({ codec_name }) => codec_name === "h264");
      expect(`${picture?.width}x${picture?.height}`).toBe(variant.attributes.RESOLUTION);
      await execute("ffmpeg", ["-v", "error", "-xerror", "-i", file, "-f", "null", "-"]);
      const packets = ["-show_entries", "packet=codec_type,pts_time,flags", "-of", "csv=p=0"];
      seen.push((await execute("ffprobe", ["-v", "error", ...packets, file])).toString());
    }
    expect(seen[0]).toContain("K");
    const keys = (list = "") => list.split("\n").filter((line) => /^video,.*K/.test(line));
    expect(keys(seen[0])).toHaveLength(3);
    const times_ = (list = "") => list.replace(/,[K_D]+.*$/gm, "");
    for (const other of seen.slice(1)) {
      expect(keys(other)).toEqual(keys(seen[0]));
      expect(times_(other)).toBe(times_(seen[0]));
    }
    expect((await harness.status(job.webinarId))?.renditions.map(({ name, state }) => [name, state])).toEqual(
      [
        ["360p", "on-air"],
        ["240p", "on-air"],
        ["180p", "on-air"],
      ],
    );
  });

  it("plays in ffprobe from each of its addresses", { timeout: 30_000 }, async () => {
    const addresses: [file: string, codecs: string[]][] = [
      ["index-plain.m3u8", ["aac", "h264"]],
      ["live.m3u8", ["aac", "h264"]],
      ["180p-plain.m3u8", ["aac", "h264"]],
      ["audio-plain.m3u8", ["aac"]],
    ];
    for (const [file, codecs] of addresses) {
      const out = await execute("ffprobe", [
        ...["-v", "error", "-show_entries", "stream=codec_name", "-of", "csv=p=0", address(file)],
      ]);
      // ffprobe names the streams of each variant, and all of them again.
      expect([...new Set(out.toString().match(/\b(aac|h264)\b/g))].sort(), file).toEqual(codecs);
    }
  });

  it("gives everybody the same answer, and says what may be kept how long", { timeout: 20_000 }, async () => {
    const open = (await segments("live.m3u8")).at(-1);
    const sequence = (open?.sequence ?? 0) + 1;
    const query = `live.m3u8?_HLS_msn=${sequence}&_HLS_part=1`;
    const together = await Promise.all([get(query), get(query), get(query)]);
    const bodies = await Promise.all(together.map((response) => response.text()));
    await sleep(1500);
    bodies.push(await text(query));
    expect(new Set(bodies).size).toBe(1);
    const last = parsePlaylist(bodies[0] ?? "").segments.at(-1);
    expect([last?.sequence, last?.parts.length]).toEqual([sequence, 2]);
    expect(together[0]?.headers.get("cache-control")).toBe("public, max-age=6, immutable");
    expect((await get("live.m3u8")).headers.get("cache-control")).toBe("public, max-age=1");
    // Without parts: answered when the whole segment is there.
    const whole = await get(`plain.m3u8?_HLS_msn=${sequence}`);
    expect(parsePlaylist(await whole.text()).segments.at(-1)?.sequence).toBe(sequence);
    expect(whole.headers.get("cache-control")).toBe("public, max-age=6, immutable");
    expect((await get("plain.m3u8")).headers.get("cache-control")).toBe("public, max-age=1");
    // Long past: what is there now, and not for long.
    const past = await get("live.m3u8?_HLS_msn=0&_HLS_part=0");
    expect(past.headers.get("cache-control")).toMatch(/^public, max-age=(1|6, immutable)$/);
    const part = await get(`part-${sequence}-1.m4s`);
    // As long as its address opens.
    expect(part.headers.get("cache-control")).toMatch(/^public, max-age=(3600|3599), immutable$/);
    expect(part.headers.get("content-type")).toBe("video/mp4");
    const missing = await get("seg-999.m4s");
    expect([missing.status, missing.headers.get("cache-control")]).toEqual([404, "no-store"]);
    const now = (await segments("live.m3u8")).at(-1)?.sequence ?? 0;
    const statuses = await Promise.all(
      [
        "live.m3u8?_HLS_part=1",
        `live.m3u8?_HLS_msn=${now + 90}`,
        `live.m3u8?_HLS_msn=${now + 2}&_HLS_part=40`,
      ].map(async (file) => (await get(file)).status),
    );
    expect(statuses).toEqual([400, 400, 400]);
  });

  it("reads from disk what is older, and goes on after a restart with the numbers of before", {
    timeout: 60_000,
  }, async () => {
    await until("more than memory holds", 20_000, async () => (await segments("plain.m3u8")).length > 15);
    const before = await text("plain.m3u8");
    const oldest = parsePlaylist(before).segments[0];
    const old = await get(oldest?.uri ?? "");
    expect(old.status).toBe(200);
    expect((await old.arrayBuffer()).byteLength).toBeGreaterThan(1000);
    expect((await get(`audio-${oldest?.uri}`)).status).toBe(200);
    // On a busy machine a rung may have been left out at first.
    const smaller = (await segments("180p-plain.m3u8")).find(({ gap }) => !gap)?.uri ?? "none";
    expect((await get(smaller)).status, smaller).toBe(200);
    const shown = (await segments("live.m3u8")).at(-1);
    await harness.stopEgress();
    await harness.startEgress();
    await until("the next run", 15_000, async () =>
      (await segments("live.m3u8")).some(({ map }) => map === "init-1.mp4"),
    );
    const after = await text("plain.m3u8");
    expect(checkPlaylist(after)).toEqual([]);
    expect(checkSuccession(before, after)).toEqual([]);
    // A stop lets the compositor finish what it has; what comes first after that is a gap.
    const listed = await segments("live.m3u8");
    const lost = listed.filter(({ gap }) => gap).map(({ sequence }) => sequence);
    expect(lost.length).toBeGreaterThan(0);
    expect(lost[0]).toBeGreaterThanOrEqual(shown?.sequence ?? 0);
    for (const { uri, gap, sequence } of listed)
      if (uri && sequence >= (shown?.sequence ?? 0))
        expect((await get(uri)).status, uri).toBe(gap ? 404 : 200);
    expect((await get(oldest?.uri ?? "")).status).toBe(200);
    expect((await get(smaller)).status).toBe(200);
    const rung = await text("180p-plain.m3u8");
    expect(checkPlaylist(rung)).toEqual([]);
    expect(
      checkRenditions(
        new Map([
          ["plain", await text("plain.m3u8")],
          ["180p", rung],
        ]),
      ),
    ).toEqual([]);
    const player = new NativePlayer(address);
    await player.follow(12);
    expect(player.faults).toEqual([]);
  });

  it("lets the last version end the playlist, and rewinds no further than memory once the file stands", {
    timeout: 30_000,
  }, async () => {
    const held = text(`live.m3u8?_HLS_msn=${((await segments("live.m3u8")).at(-1)?.sequence ?? 0) + 1}`);
    await harness.want({ ...job, desired: "ended", endedAt: Date.now() });
    await held;
    await until(
      "the recording",
      15_000,
      () => harness.egress?.supervisor.programme(job.webinarId)?.state === "ended",
    );
    const list = await segments("plain.m3u8");
    expect(parsePlaylist(await text("plain.m3u8")).ended).toBe(true);
    for (const { uri, gap } of list) if (!gap) expect((await get(uri ?? "")).status, uri ?? "").toBe(200);
    const left = await readdir(harness.egress?.supervisor.directory(job.webinarId) ?? "");
    expect(left.filter((name) => /^\d+p-/.test(name))).toEqual([]);
  });
});
