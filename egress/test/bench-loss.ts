import { setTimeout as sleep } from "node:timers/promises";
import { videoClip } from "./clips.ts";
import { Harness, liveJob } from "./harness.ts";
import { camera } from "./origin.ts";
import { parsePlaylist } from "./playlist-checker.ts";
import { until } from "./ports.ts";
import { times } from "./probe.ts";

const segmentSeconds = 2;

/** Process ids of a process's children, the compositors among them. */
async function childrenOf(pid: number): Promise<number[]> {
  const { readFile } = await import("node:fs/promises");
  const text = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  return text.trim().split(" ").filter(Boolean).map(Number);
}

/**
 * Kills the compositor and then the supervisor of a programme on air with -9. Lost is what players had been shown and the
 * recording does not hold, in segments.
 */
export async function measureLoss(): Promise<{ recordingLossSegments: number; gapsMs: number[] }> {
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
    /** How much of the programme players could have seen by now, ms from its first picture. */
    const shownMs = async (): Promise<number> => {
      const status = await harness.status(job.webinarId);
      const stamp = (await playlist()).match(/#EXT-X-PROGRAM-DATE-TIME:(\S+)/)?.[1] ?? "";
      const parts = [...(await playlist()).matchAll(/#EXT-X-PART:DURATION=([\d.]+)/g)];
      const whole = [...(await playlist()).matchAll(/#EXTINF:([\d.]+)/g)];
      const listed = whole.reduce((sum, match) => sum + Number(match[1]), 0);
      const open = parsePlaylist(await playlist()).segments.at(-1);
      const growing =
        open?.uri === null
          ? parts.slice(-open.parts.length).reduce((sum, match) => sum + Number(match[1]), 0)
          : 0;
      return Date.parse(stamp) + (listed + growing) * 1000 - (status?.firstFrameAt ?? 0);
    };
    const produced: number[] = [];
    produced.push(await shownMs());
    const [compositor] = await childrenOf(egress.pid);
    process.kill(compositor ?? 0, "SIGKILL");
    await until("the next run", 30_000, async () =>
      (await playlist().catch(() => "")).includes("init-1.mp4"),
    );
    await sleep(3000);
    produced.push(await shownMs());
    await egress.end("SIGKILL");
    egress = await harness.startProcess();
    await until("the run after", 30_000, async () =>
      (await playlist().catch(() => "")).includes("init-2.mp4"),
    );
    await sleep(3000);
    await harness.want({ ...job, desired: "ended", endedAt: Date.now() });
    await until("the end", 30_000, async () => (await harness.status(job.webinarId))?.state === "ended");
    const video = await times(harness.recording(job.webinarId), "v");
    const gaps = video
      .slice(1)
      .map((time, index) => ({ from: video[index] ?? 0, to: time }))
      .filter(({ from, to }) => to - from > 0.4);
    const lost = gaps.map(({ from, to }) =>
      Math.max(0, ...produced.map((until_) => Math.min(until_ / 1000, to) - from).filter((s) => s < 60)),
    );
    return {
      recordingLossSegments: Math.max(
        0,
        ...lost.map((seconds) => Math.ceil((seconds - 0.05) / segmentSeconds)),
      ),
      gapsMs: gaps.map(({ from, to }) => Math.round((to - from) * 1000)),
    };
  } finally {
    await harness.close();
  }
}
