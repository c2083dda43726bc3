import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseManifest } from "../src/record/manifest.ts";
import { videoClip } from "./clips.ts";
import { Harness, liveJob } from "./harness.ts";
import { camera } from "./origin.ts";
import { parsePlaylist } from "./playlist-checker.ts";
import { until } from "./ports.ts";

const segmentSeconds = 2;

/** Process ids of a process's children, the compositors among them. */
async function childrenOf(pid: number): Promise<number[]> {
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(" ").filter(Boolean).map(Number);
}

/**
 * Kills the compositor and then the supervisor of a programme on air with -9. Lost is what players had been shown and the
 * recording does not hold, in segments.
 */
export async function measureLoss(): Promise<{
  recordingLossSegments: number;
  lostMs: { compositor: number; supervisor: number };
}> {
  const harness = await Harness.open({ VIDEO_WIDTH: "640", VIDEO_HEIGHT: "360" }, { inProcess: false });
  try {
    const input = "testsrc2=size=320x180:rate=30";
    harness.origin.play(camera("Ann", ""), await videoClip({ codec: "vp8", input, seconds: 1 }));
    let egress = await harness.startProcess();
    const job = liveJob();
    await harness.want(job);
    const playlist = async () => (await fetch(harness.hls(job.webinarId, "live.m3u8"))).text();
    const segments = async (more: number) =>
      until("segments", 30_000, async () => {
        const text = await playlist().catch(() => "");
        return text.startsWith("#EXTM3U") && parsePlaylist(text).segments.length > more ? text : undefined;
      });
    await segments(2);
    /** Up to when players could have seen the programme by now, epoch ms of its clock. */
    const shownUntil = async (): Promise<number> => {
      const text = await playlist();
      const stamp = text.match(/#EXT-X-PROGRAM-DATE-TIME:(\S+)/)?.[1] ?? "";
      const { segments: listed } = parsePlaylist(text);
      const growing = listed.at(-1)?.uri === null ? (listed.at(-1)?.parts.length ?? 0) : 0;
      const whole = [...text.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, match) => sum + Number(match[1]), 0);
      const parts = [...text.matchAll(/#EXT-X-PART:DURATION=([\d.]+)/g)].slice(
        -growing || Number.POSITIVE_INFINITY,
      );
      return Date.parse(stamp) + 1000 * parts.reduce((sum, match) => sum + Number(match[1]), whole);
    };
    const shown: number[] = [];
    // A second into a segment: something is there to be lost.
    await sleep(1000);
    shown.push(await shownUntil());
    const [compositor] = await childrenOf(egress.pid);
    process.kill(compositor ?? 0, "SIGKILL");
    await until("the next run", 30_000, async () =>
      (await playlist().catch(() => "")).includes("init-1.mp4"),
    );
    await sleep(3300);
    shown.push(await shownUntil());
    await egress.end("SIGKILL");
    egress = await harness.startProcess();
    await until("the run after", 30_000, async () =>
      (await playlist().catch(() => "")).includes("init-2.mp4"),
    );
    await sleep(3000);
    const path = join(harness.dataDir, "programmes", job.webinarId, "manifest.jsonl");
    const lines = parseManifest(await readFile(path, "utf8"));
    const lostMs = shown.map((until_, run) => {
      const safe = lines.findLast((line) => line.type === "segment" && line.run === run);
      return safe?.type === "segment"
        ? Math.max(0, until_ - safe.programmeMs - safe.duration * 1000)
        : segmentSeconds * 1e6;
    });
    const [ofCompositor = 0, ofSupervisor = 0] = lostMs.map(Math.round);
    return {
      recordingLossSegments: Math.max(...lostMs.map((ms) => Math.ceil((ms - 50) / 1000 / segmentSeconds)), 0),
      lostMs: { compositor: ofCompositor, supervisor: ofSupervisor },
    };
  } finally {
    await harness.close();
  }
}
