import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer } from "node:net";
import type { ProgrammeJob } from "@rostrum/protocol";
import { layoutScene } from "@rostrum/rules";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { Harness, liveJob } from "./harness.ts";
import { start } from "./media.ts";
import { camera, type TestSource } from "./origin.ts";
import { checkPlaylist, checkSuccession, parsePlaylist } from "./playlist-checker.ts";
import { freePort, until } from "./ports.ts";
import { isBlue, isGreen, isRed, pictures, probe, times } from "./probe.ts";

let harness: Harness;
beforeAll(async () => {
  harness = await Harness.open({
    VIDEO_WIDTH: "640",
    VIDEO_HEIGHT: "360",
    VIDEO_BITRATE_KBPS: "800",
    VIDEO_PRESET: "ultrafast",
  });
}, 20_000);
afterAll(async () => {
  await harness.close();
}, 20_000);

const programme = (job: ProgrammeJob) => {
  const found = harness.egress?.supervisor.programme(job.webinarId);
  if (!found) throw new Error("the programme is not there");
  return found;
};
const onAir = (job: ProgrammeJob, sources: number) =>
  until(`${sources} sources on air`, 10_000, () => {
    const status = harness.egress?.supervisor.programme(job.webinarId)?.describe(Date.now());
    return status?.state === "running" && status.sources === sources;
  });
const get = async (job: ProgrammeJob, file: string): Promise<string> => {
  const response = await fetch(harness.hls(job.webinarId, file));
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response.text();
};
const end = async (job: ProgrammeJob): Promise<ProgrammeJob> => {
  const ended: ProgrammeJob = { ...job, desired: "ended", endedAt: Date.now() };
  await harness.want(ended);
  await until("the programme has ended", 15_000, () => programme(job).state === "ended");
  return ended;
};
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const live: TestSource[] = [];
const add = (...sources: TestSource[]): void => {
  live.push(...sources);
  harness.origin.add(sources);
};
const clearStage = async (): Promise<void> => {
  for (const source of live.splice(0)) await harness.origin.remove(source.producerId);
};

afterEach(async () => {
  harness.origin.sender.dropEvery = 0;
  await clearStage();
}, 10_000);

/** Reloads the playlist as a low-latency player does. */
async function followPlaylist(job: ProgrammeJob, count: number): Promise<string[]> {
  const versions = [await get(job, "live.m3u8")];
  while (versions.length < count) {
    const open = parsePlaylist(versions.at(-1) ?? "").segments.at(-1);
    const growing = open?.uri === null;
    const sequence = growing ? open.sequence : (open?.sequence ?? -1) + 1;
    versions.push(
      await get(job, `live.m3u8?_HLS_msn=${sequence}&_HLS_part=${growing ? open.parts.length : 0}`),
    );
  }
  return versions;
}

function versionFaults(versions: string[]): string[] {
  return versions.flatMap((text, index) => {
    const before = versions[index - 1];
    if (before === undefined) return checkPlaylist(text);
    return [
      ...checkPlaylist(text),
      ...checkSuccession(before, text),
      ...(text === before ? ["nothing new"] : []),
    ];
  });
}

/** Middles of the tiles of red and green, green speaking, as shares of the picture. */
function centres(layout: "grid" | "speaker"): { id: string; x: number; y: number }[] {
  const members = [{ id: "red" }, { id: "green" }];
  const size = { width: 640, height: 360 };
  return layoutScene({ layout, members, screenId: null, speakerId: "green" }, size, 12).map(
    ({ id, rect }) => ({
      id,
      x: (rect.x + rect.width / 2) / size.width,
      y: (rect.y + rect.height / 2) / size.height,
    }),
  );
}

describe("a programme from start to end", () => {
  it("draws each source in its rectangle, goes on when one leaves, and is recorded whole", {
    timeout: 60_000,
  }, async () => {
    const job = liveJob({ layout: "grid" });
    const red = camera("Ann", "color=c=red:size=320x180:rate=30");
    const green = camera("Bob", "color=c=lime:size=320x180:rate=30", "h264");
    add(red);
    add(green);
    await harness.want(job);
    await onAir(job, 2);

    const versions = await followPlaylist(job, 8);
    expect(versionFaults(versions)).toEqual([]);
    const [hint] = parsePlaylist(versions.at(-1) ?? "").hints;
    const hinted = await fetch(harness.hls(job.webinarId, hint?.URI ?? ""));
    expect(hinted.status).toBe(200);
    expect(hinted.headers.get("cache-control")).toContain("immutable");
    expect(hinted.headers.get("access-control-allow-origin")).toBe("http://127.0.0.1:9");

    await harness.want({ ...job, layout: "speaker" });
    harness.origin.speaker(green.participantId);
    await sleep(2000);
    // 360 lines in all: the speaker's tile is worth the middle layer, the small one the lowest.
    expect(harness.origin.layers.get(green.producerId)).toBe(1);
    expect(harness.origin.layers.get(red.producerId)).toBe(0);
    await harness.origin.remove(red.producerId);
    await sleep(1500);
    const ended = await end(job);

    expect(parsePlaylist(await get(job, "plain.m3u8")).ended).toBe(true);
    expect(checkPlaylist(await get(job, "live.m3u8"))).toEqual([]);
    const url = harness.recording(job.webinarId);
    const shown = await pictures(url);
    const at = (seconds: number) => Math.min(shown.count - 1, Math.round(seconds * 10));
    const total = ((ended.endedAt ?? 0) - job.liveAt) / 1000;
    for (const { id, x, y } of centres("grid"))
      expect((id === "red" ? isRed : isGreen)(shown.at(at(total - 4.2), x, y)), `grid ${id}`).toBe(true);
    for (const { id, x, y } of centres("speaker"))
      expect((id === "red" ? isRed : isGreen)(shown.at(at(total - 2.2), x, y)), `speaker ${id}`).toBe(true);
    expect(isGreen(shown.at(at(total - 0.5), 0.5, 0.5)), "the one who stayed fills the picture").toBe(true);

    const { duration, streams } = await probe(url);
    expect(streams.map((stream) => stream.codec_name).sort()).toEqual(["aac", "h264"]);
    expect(Math.abs(duration - total)).toBeLessThan(1);
    const video = await times(url, "v");
    const gaps = video.slice(1).map((time, index) => time - (video[index] ?? 0));
    expect(Math.max(...gaps.slice(90))).toBeLessThan(0.11);
    const ready = await until("web knows of the recording", 5000, () =>
      harness.facts.find((fact) => fact.type === "recording.ready" && fact.webinarId === job.webinarId),
    );
    expect(ready).toMatchObject({ path: `/recordings/${job.webinarId}/recording.mp4` });
    expect(
      Math.abs((ready.type === "recording.ready" ? ready.durationMs : 0) / 1000 - duration),
    ).toBeLessThan(0.1);
    expect(programme(job).leaks).toEqual({});
    await until("thumbnails", 20_000, () =>
      harness.facts.find((fact) => fact.type === "recording.storyboard" && fact.webinarId === job.webinarId),
    );
    const files = await readdir(`${harness.dataDir}/programmes/${job.webinarId}`);
    expect(files.filter((file) => !/^(seg|init|track)-|^tracks/.test(file)).sort()).toEqual([
      "manifest.jsonl",
      "recording.json",
      "recording.mp4",
      "storyboard-1.jpg",
      "storyboard.json",
    ]);
    const ranged = await fetch(url, { headers: { range: "bytes=4-7" } });
    expect([ranged.status, await ranged.text()]).toEqual([206, "ftyp"]);
  });
});

describe("when things go wrong", () => {
  it("continues behind a discontinuity after kill -9 of the compositor", { timeout: 60_000 }, async () => {
    const job = liveJob();
    const blue = camera("Cat", "color=c=blue:size=320x180:rate=30", "h264");
    add(blue);
    await harness.want(job);
    await onAir(job, 1);
    await until(
      "two segments",
      10_000,
      async () => parsePlaylist(await get(job, "live.m3u8")).segments.length > 2,
    );
    const before = await get(job, "live.m3u8");
    const pid = programme(job).compositorPid;
    const killedAt = Date.now();
    process.kill(pid ?? 0, "SIGKILL");
    await until("a part of the next run", 10_000, async () =>
      (await get(job, "live.m3u8")).includes("init-1.mp4"),
    );
    const recoveredMs = Date.now() - killedAt;
    const after = await get(job, "live.m3u8");
    expect(checkPlaylist(after)).toEqual([]);
    expect(checkSuccession(before, after)).toEqual([]);
    expect(after).toContain("#EXT-X-DISCONTINUITY\n");
    await onAir(job, 1);
    await sleep(1500);
    const ended = await end(job);
    const url = harness.recording(job.webinarId);
    const { duration } = await probe(url);
    expect(Math.abs(duration - ((ended.endedAt ?? 0) - job.liveAt) / 1000)).toBeLessThan(1);
    const video = await times(url, "v");
    const longest = Math.max(...video.slice(1).map((time, index) => time - (video[index] ?? 0)));
    process.stderr.write(
      `after kill -9: next part in ${recoveredMs} ms, longest gap ${(longest * 1000).toFixed(0)} ms\n`,
    );
    expect(longest).toBeLessThan(2);
    const shown = await pictures(url);
    expect(isBlue(shown.at(shown.count - 3, 0.5, 0.4))).toBe(true);
  });

  it("refuses strangers, bad queries and other files", { timeout: 20_000 }, async () => {
    const job = liveJob();
    await harness.want(job);
    await until(
      "a part",
      10_000,
      () => harness.egress?.supervisor.programme(job.webinarId)?.state === "running",
    );
    const status = async (url: string) => (await fetch(url)).status;
    const good = harness.hls(job.webinarId, "live.m3u8");
    expect(
      await status(good.replace(/(\/hls\/[^/]+\/)\d+\./, (_, path: string) => `${path}9999999999.`)),
    ).toBe(403);
    expect(await status(good.replace(job.webinarId, liveJob().webinarId))).toBe(403);
    expect(await status(harness.hls(liveJob().webinarId, "live.m3u8"))).toBe(404);
    expect(await status(`${good}?_HLS_part=1`)).toBe(400);
    expect(await status(`${good}?_HLS_msn=999`)).toBe(400);
    expect(await status(`${good}?_HLS_msn=abc`)).toBe(400);
    expect(await status(harness.hls(job.webinarId, "..%2f..%2fmanifest.jsonl"))).toBe(404);
    expect(await status(harness.hls(job.webinarId, "seg-999.m4s"))).toBe(404);
    await end(job);
  });
});

/** An RTMP server that keeps one stream in a file. */
const sinkAt = (target: string, file: string) =>
  start("ffmpeg", ["-v", "error", "-listen", "1", "-f", "flv", "-i", target, "-c", "copy", "-y", file]);

describe("RTMP", () => {
  it("copies the programme to its destination, whatever becomes of the others, without the picture noticing", {
    timeout: 60_000,
  }, async () => {
    const [port, stuckPort, holePort] = [await freePort(), await freePort(), await freePort()];
    const target = `rtmp://127.0.0.1:${port}/app/secretkey123`;
    const stuckTarget = `rtmp://127.0.0.1:${stuckPort}/app/secretkey456`;
    const file = `${harness.dataDir}/received.flv`;
    // Takes connections and never says a word.
    const hole = createServer((socket) => socket.on("error", () => {}));
    hole.listen(holePort, "127.0.0.1");
    const id = (last: number) => `5f0c2a52-52a7-4b0b-8f43-5a0a2a2b6a0${last}`;
    const job = liveJob({
      destinations: [
        { id: id(1), label: "sink", url: target },
        { id: id(2), label: "stops reading", url: stuckTarget },
        { id: id(3), label: "black hole", url: `rtmp://127.0.0.1:${holePort}/app/secretkey789` },
      ],
    });
    const red = camera("Dan", "color=c=red:size=320x180:rate=30");
    add(red);
    await harness.want(job);
    await onAir(job, 1);
    const seen = async (last: number) => {
      const status = await harness.status(job.webinarId);
      return { text: JSON.stringify(status), one: status?.destinations.find((one) => one.id === id(last)) };
    };
    const failing = await until("a retry", 15_000, async () => {
      const now = await seen(1);
      return (now.one?.retries ?? 0) > 0 && now;
    });
    expect(failing.text).not.toContain("secretkey");
    const stuck = sinkAt(stuckTarget, `${harness.dataDir}/stuck.flv`);
    const sink = sinkAt(target, file);
    await until("both are live", 20_000, async () =>
      [(await seen(1)).one, (await seen(2)).one].every((one) => one?.state === "live"),
    );
    stuck.child.kill("SIGSTOP");
    const before = await seen(1);
    await sleep(4000);
    const after = await seen(1);
    expect(after.one?.state).toBe("live");
    expect((after.one?.frames ?? 0) - (before.one?.frames ?? 0)).toBeGreaterThan(75);
    expect(after.one?.bitrateKbps).toBeGreaterThan(0);
    expect((await seen(3)).one).toMatchObject({ frames: 0 });
    expect((await seen(3)).one?.state).not.toBe("live");
    await end(job);
    const gone = once(sink.child, "close");
    await Promise.race([gone, sleep(5000).then(() => sink.stop())]);
    await stuck.stop();
    hole.close();
    const { streams } = await probe(file);
    expect(streams.map((stream) => stream.codec_name).sort()).toEqual(["aac", "h264"]);
    const shown = await pictures(file);
    expect(isRed(shown.at(shown.count - 2, 0.5, 0.4))).toBe(true);
    const steps = (line: number[]) => line.slice(1).map((time, index) => time - (line[index] ?? 0));
    expect(Math.max(...steps(await times(file, "v")))).toBeLessThan(0.11);
    expect(Math.max(...steps(await times(harness.recording(job.webinarId), "v")).slice(90))).toBeLessThan(
      0.11,
    );
  });
});

describe("the close tree", () => {
  it("leaves nothing behind", { timeout: 30_000 }, async () => {
    const job = liveJob();
    await harness.want(job);
    await until(
      "a part",
      10_000,
      () => harness.egress?.supervisor.programme(job.webinarId)?.state === "running",
    );
    const pid = programme(job).compositorPid ?? 0;
    const scope = harness.egressScope;
    await harness.stopEgress();
    expect(scope?.alive()).toEqual([]);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    await sleep(200);
    const left = process.getActiveResourcesInfo().filter((kind) => /ProcessWrap|UDPWrap/.test(kind));
    // Only what the harness itself runs: its Redis process and its two UDP sockets.
    expect(left.sort()).toEqual(["ProcessWrap", "UDPWrap", "UDPWrap"]);
  });
});
