import { createLog, type Log, Scope } from "@rostrum/platform";
import { WebinarId } from "@rostrum/protocol";
import { openNatives, quietAv } from "../av/index.ts";
import { Feed, Stage } from "../ingest/index.ts";
import { Labels, monotonicMs, VideoMixer } from "../mix/index.ts";
import { Publisher } from "../rtmp/publisher.ts";
import { TrackRecorder } from "../tracks/index.ts";
import { Compositor } from "./compositor.ts";
import type { CompositorStatus, Direction, FromCompositor, StartMessage, ToCompositor } from "./ipc.ts";
import { Output } from "./output.ts";

/** The compositor process of one programme: forked by the supervisor, told what to do over IPC, gone with it. */

const send = (message: FromCompositor): void => {
  if (process.connected) process.send?.(message);
};

/** Everything of one run, built once and closed in reverse. */
class Run {
  readonly #scope: Scope;
  readonly #compositor: Compositor;
  readonly #output: Output;
  readonly #stage: Stage;
  readonly #tracks: TrackRecorder;
  readonly #mixer: VideoMixer;
  readonly #feed: Feed;
  readonly #start: StartMessage;
  readonly #startedAt: number;

  constructor(start: StartMessage, log: Log) {
    const { tuning, direction, webinarId, epoch } = start;
    this.#start = start;
    this.#scope = new Scope(`programme ${webinarId}`, log);
    this.#startedAt = monotonicMs() - (Date.now() - start.startAt);
    const { playoutDelayMs, holdMs } = tuning;
    this.#tracks = new TrackRecorder({
      directory: start.tracksDirectory,
      onFault: (message) => send({ type: "track-fault", message }),
    });
    this.#stage = new Stage({
      playoutDelayMs,
      programmeStart: this.#startedAt,
      now: monotonicMs,
      onCoded: (producer, media) =>
        this.#tracks.take(producer, { ...media, atMs: media.atMs + start.baseMs }),
    });
    const labels = new Labels(tuning.fontFile, (error) => log.warn({ err: error }, "names cannot be drawn"));
    this.#mixer = new VideoMixer(tuning, labels);
    this.#output = new Output({ start, onPart: (part) => send({ type: "part", part }) });
    this.#compositor = new Compositor({
      tuning,
      direction,
      stage: this.#stage,
      mixer: this.#mixer,
      output: this.#output,
      onTurn: (tick, type, name) =>
        send({ type, atMs: start.baseMs + (tick * 1000) / tuning.framesPerSecond, name }),
      startedAt: this.#startedAt,
    });
    this.#feed = new Feed({
      webinarId: WebinarId.parse(webinarId),
      epoch,
      listenIp: tuning.rtpListenIp,
      holdMs,
      now: monotonicMs,
      stage: this.#stage,
      scope: this.#scope,
      log,
    });
    send({
      type: "run",
      init: this.#output.init,
      rungInits: this.#output.rungInits,
      info: this.#output.info,
    });
    this.#direct(direction);
  }

  #direct(direction: Direction): void {
    this.#compositor.direction = direction;
    if (!direction.rtmpUrl || this.#output.tap) return;
    const { width, height, framesPerSecond } = this.#start.tuning;
    const { video, audio } = this.#output.headers;
    this.#output.tap = new Publisher({
      url: direction.rtmpUrl,
      video: { width, height, framesPerSecond, header: video },
      audio: { header: audio },
      scope: this.#scope,
      log: this.#scope.log,
    });
  }

  receive(message: ToCompositor): void {
    if (message.type === "origin") this.#feed.setOrigin(message.address);
    else if (message.type === "direct") this.#direct(message.direction);
    else if (message.type === "end")
      this.#compositor.endAt(this.#startedAt + (message.at - this.#start.startAt));
  }

  async play(): Promise<void> {
    let drawn = 0;
    let cpu = process.cpuUsage();
    let at = monotonicMs();
    this.#scope.every(250, "progress", () => send({ type: "progress", ticks: this.#compositor.ticks }));
    this.#scope.every(1000, "status", () => {
      const now = monotonicMs();
      const used = process.cpuUsage(cpu);
      const status: CompositorStatus = {
        sources: this.#stage.size,
        framesPerSecond: ((this.#compositor.drawn - drawn) * 1000) / (now - at),
        cpu: (used.user + used.system) / 1000 / (now - at),
        rssBytes: process.memoryUsage.rss(),
        skipped: this.#compositor.skipped,
        lagMs: Math.round(this.#compositor.lagMs),
        level: this.#compositor.level,
        rungs: this.#output.rungs,
      };
      drawn = this.#compositor.drawn;
      cpu = process.cpuUsage();
      at = now;
      send({ type: "status", status });
    });
    try {
      await this.#compositor.run(this.#scope.signal);
    } finally {
      await this.#scope.close("the programme has ended");
      await this.#tracks.close();
      this.#compositor.close();
      this.#output.close();
      this.#stage.close();
      this.#mixer.close();
    }
  }
}

function main(): void {
  quietAv();
  let run: Run | null = null;
  // Without a supervisor nobody takes the parts: end with it, also when it was killed.
  process.on("disconnect", () => process.exit(0));
  // Ctrl-C reaches the whole process group; the supervisor decides when a programme ends.
  process.on("SIGINT", () => {});
  process.on("message", (message: ToCompositor) => {
    if (message.type !== "start") {
      run?.receive(message);
      return;
    }
    const { webinarId, logLevel } = message;
    const log = createLog({ service: "compositor", level: logLevel }).child({ webinarId });
    const fail = (error: unknown): void => {
      log.fatal({ err: error }, "the compositor has failed");
      process.exit(1);
    };
    process.on("uncaughtException", fail);
    process.on("unhandledRejection", fail);
    run = new Run(message, log);
    run.play().then(() => {
      const last: FromCompositor = { type: "ended", leaks: openNatives() };
      process.send?.(last, () => process.disconnect?.());
    }, fail);
  });
  send({ type: "ready" });
}

main();
