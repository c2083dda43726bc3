/** What viewers, the recording and each destination notice when a part of egress dies, or something that it needs. */
import { spawnSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { ProgrammeJob } from "@rostrum/protocol";
import { startFauxqs } from "fauxqs";
import { audioClip, videoClip } from "./clips.ts";
import { type EgressProcess, Harness, liveJob } from "./harness.ts";
import { LiveEdge } from "./live-edge.ts";
import { camera, microphone } from "./origin.ts";
import { freePort, until } from "./ports.ts";
import { times } from "./probe.ts";
import { openSink, Tap } from "./tap.ts";

const destinations = 4;

export type Harm = {
  name: string;
  /** How much later than usual the newest part was at worst, ms: a player holds about a second. */
  viewersLateMs: number;
  /** Longest time between two pictures of the recording, ms; a segment has 2 s. */
  recordingGapMs: number;
  /** Longest silence at the destination that was harmed, and at the worst of the others, ms. */
  harmedMs: number | null;
  othersMs: number;
  /** Whatever else was seen. */
  seen: string;
};

type Scene = { harness: Harness; egress: EgressProcess; job: ProgrammeJob; taps: Tap[] };

type Case = {
  name: string;
  /** Watched for this long in all, ms. */
  watchMs: number;
  /** Destinations that are harmed on purpose. */
  harmed?: number;
  needsRoot?: true;
  env?: Record<string, string>;
  harm: (scene: Scene) => Promise<string | undefined>;
  /** Once the programme has ended. */
  after?: (scene: Scene) => Promise<string>;
};

/** A process and all below it. */
function descendants(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .trim()
    .split(" ")
    .filter(Boolean);
  return children.map(Number).flatMap((child) => [child, ...descendants(child)]);
}

/** Kill -9 of the one below egress whose command line says `word`. */
function killBelow({ egress }: Scene, word: string): undefined {
  const found = descendants(egress.pid).find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(word),
  );
  if (found === undefined) throw new Error(`no process below egress has ${word} in its command line`);
  process.kill(found, "SIGKILL");
}

const folderOf = ({ harness }: Scene): string => join(harness.dataDir, "programmes");

const casesOf = (storePort: number): Case[] => [
  { name: "nothing, for comparison", watchMs: 10_000, harm: async () => undefined },
  {
    name: "compositor, SIGKILL",
    watchMs: 15_000,
    harm: async (scene) => killBelow(scene, "programme/child.ts"),
  },
  {
    name: "egress (supervisor, packager, HLS server), SIGKILL, started again",
    watchMs: 20_000,
    harm: async (scene) => {
      await scene.egress.end("SIGKILL");
      scene.egress = await scene.harness.startProcess();
      return undefined;
    },
  },
  { name: "RTMP hub, SIGKILL", watchMs: 15_000, harm: async (scene) => killBelow(scene, "rtmp/hub.ts") },
  {
    name: "copy of one destination, SIGKILL",
    watchMs: 15_000,
    harmed: 1,
    harm: async (scene) => killBelow(scene, `:${scene.taps[0]?.port}/`),
  },
  {
    name: "one of four destinations a black hole for 60 s",
    watchMs: 75_000,
    harmed: 1,
    harm: async (scene) => {
      const [tap] = scene.taps;
      if (!tap) return undefined;
      tap.swallows = true;
      await sleep(60_000);
      tap.swallows = false;
      return undefined;
    },
  },
  {
    name: "disk full for 10 s",
    watchMs: 25_000,
    needsRoot: true,
    harm: async (scene) => {
      const filler = join(folderOf(scene), "filler");
      // Until nothing more fits.
      spawnSync("dd", ["if=/dev/zero", `of=${filler}`, "bs=64k"], { stdio: "ignore" });
      const since = Date.now();
      const told = await until("the host is told", 10_000, async () => {
        const status = await scene.harness.status(scene.job.webinarId);
        return status?.alerts.find(({ code }) => code === "recording-missing") && Date.now() - since;
      }).catch(() => null);
      await sleep(Math.max(0, 10_000 - (Date.now() - since)));
      await rm(filler);
      return told === null ? "the host was not told" : `the host was told after ${told} ms`;
    },
  },
  {
    name: "object store away, back 10 s after the end",
    watchMs: 10_000,
    env: {
      S3_BUCKET: "recordings",
      S3_ENDPOINT: `http://127.0.0.1:${storePort}`,
      S3_ACCESS_KEY_ID: "key",
      S3_SECRET_ACCESS_KEY: "secret",
    },
    harm: async () => undefined,
    after: (scene) => storedAfter(scene, storePort),
  },
];

async function storedAfter(scene: Scene, port: number): Promise<string> {
  await sleep(10_000);
  const server = await startFauxqs({ port, logger: false });
  server.createBucket("recordings");
  const since = Date.now();
  try {
    const marker = join(folderOf(scene), scene.job.webinarId, "archived");
    await until("it is stored", 120_000, () => stat(marker).catch(() => null));
    return `stored ${Date.now() - since} ms after the store was back`;
  } finally {
    await server.stop();
  }
}

/** A programme with four destinations on air, one thing that goes wrong, and what was noticed of it. */
async function play(one: Case): Promise<Harm> {
  const harness = await Harness.open(
    {
      VIDEO_WIDTH: "640",
      VIDEO_HEIGHT: "360",
      VIDEO_BITRATE_KBPS: "1500",
      HLS_WINDOW_SEGMENTS: "60",
      ...one.env,
    },
    { inProcess: false },
  );
  const sink = await openSink(harness.dataDir);
  const taps = await Promise.all(Array.from({ length: destinations }, () => Tap.open(sink.port)));
  const mount = join(harness.dataDir, "programmes");
  await mkdir(mount, { recursive: true });
  if (one.needsRoot && spawnSync("mount", ["-t", "tmpfs", "-o", "size=40m", "tmpfs", mount]).status !== 0)
    throw new Error("a small disk cannot be mounted");
  try {
    const input = "testsrc2=size=320x180:rate=30";
    const ann = camera("Ann", "");
    harness.origin.play(ann, await videoClip({ codec: "vp8", input, seconds: 1 }));
    harness.origin.play(microphone(ann, ""), await audioClip("sine=frequency=440:sample_rate=48000", 1));
    const job = liveJob({
      destinations: taps.map(({ port }, index) => ({
        id: randomUUID(),
        label: `destination ${index + 1}`,
        url: `rtmp://127.0.0.1:${port}/app/key-of-${index + 1}`,
      })),
    });
    const scene: Scene = { harness, egress: await harness.startProcess(), job, taps };
    await harness.want(job);
    await until("all destinations are live", 40_000, async () => {
      const status = await harness.status(job.webinarId);
      return (
        status?.destinations.length === destinations &&
        status.destinations.every(({ state }) => state === "live")
      );
    });
    const edge = new LiveEdge(() => harness.hls(job.webinarId, "live.m3u8"));
    await sleep(8000);
    for (const watched of [edge, ...taps]) watched.startWindow();
    const began = performance.now();
    const seen = await one.harm(scene);
    await sleep(Math.max(0, one.watchMs - (performance.now() - began)));
    const silences = taps.map(({ silenceMs }) => silenceMs);
    const others = silences.slice(one.harmed ?? 0);
    const { lateMs } = edge;
    edge.stop();
    await harness.want({ ...job, desired: "ended", endedAt: Date.now() });
    await until("the end", 60_000, async () => (await harness.status(job.webinarId))?.state === "ended");
    // The first seconds wait for the first source.
    const video = (await times(harness.recording(job.webinarId), "v")).slice(90);
    const hole = Math.max(...video.slice(1).map((time, index) => time - (video[index] ?? time))) * 1000;
    return {
      name: one.name,
      viewersLateMs: lateMs,
      recordingGapMs: Math.round(hole),
      harmedMs: one.harmed ? (silences[0] ?? null) : null,
      othersMs: Math.max(...others),
      seen: seen ?? (await one.after?.(scene)) ?? "",
    };
  } finally {
    for (const tap of taps) tap.close();
    await sink.stop();
    // What is busy still goes with its last user.
    if (one.needsRoot) spawnSync("umount", ["-l", mount]);
    await harness.close();
  }
}

export async function measureHarm({ only }: { only?: string }): Promise<{ harms: Harm[] }> {
  const harms: Harm[] = [];
  for (const one of casesOf(await freePort())) {
    if (only && !one.name.includes(only)) continue;
    if (one.needsRoot && process.getuid?.() !== 0) continue;
    const harm = await play(one);
    process.stderr.write(`${JSON.stringify(harm)}\n`);
    harms.push(harm);
  }
  return { harms };
}
