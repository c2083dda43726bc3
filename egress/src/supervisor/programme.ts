import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Log, Redis, Scope } from "@rostrum/platform";
import type { Fact, ProgrammeJob, ProgrammeStatus } from "@rostrum/protocol";
import { backoffMs, type Rung } from "@rostrum/rules";
import { CaptionFeed } from "../captions/index.ts";
import type { Watchable } from "../hls/index.ts";
import { RungFiles, readPastTimeline, SegmentFiles, Timeline } from "../hls/index.ts";
import type { CompositorStatus, FromCompositor, RunInfo, StartMessage, Tuning } from "../programme/ipc.ts";
import { finaliseRecording, type Past, Recorder } from "../record/index.ts";
import type { HubProcess } from "../rtmp/index.ts";
import { CompositorProcess } from "./compositor-process.ts";
import { Destinations } from "./destinations.ts";
import { Marks } from "./marks.ts";
import type { OriginFinder } from "./origin-finder.ts";
import { OriginTeller } from "./origin-teller.ts";
import { RecordingWatch } from "./recording-watch.ts";
import { degradedOf, recordingFact, renditionsOf } from "./standing.ts";
import { startAt } from "./start-at.ts";
import { move, type ProgrammeState } from "./state.ts";
import { variantsOf } from "./variants.ts";

export type ProgrammeOptions = {
  job: ProgrammeJob;
  directory: string;
  tuning: Tuning;
  /** Rungs that the node has not the cores for. */
  withheld: readonly Rung[];
  /** Cores that it is counted with. */
  cores: number;
  windowSegments: number;
  /** How far back viewers may go, seconds. */
  dvrSeconds: number;
  ffmpegPath: string;
  logLevel: string;
  epoch: string;
  nodeId: string;
  publicUrl: string;
  hub: HubProcess;
  redis: Redis;
  origins: OriginFinder;
  report: (fact: Fact) => Promise<void>;
  /** What still goes on after the end. */
  finishing: (webinarId: string) => ProgrammeStatus["finishing"];
  /** How far the file is, 0 to 1. */
  onFinishing: (webinarId: string, share: number) => void;
  scope: Scope;
  log: Log;
};

/** A compositor that lived this long did not crash at once: the next restart is immediate again. */
const steadyMs = 10_000;

/** One programme on this node: its compositor process, its time line, its recording and its destinations. */
export class Programme {
  readonly timeline: Timeline;
  readonly #options: ProgrammeOptions;
  readonly #recorder: Recorder;
  readonly #rungFiles: RungFiles;
  readonly #watch: RecordingWatch;
  readonly #destinations: Destinations;
  readonly #captions: CaptionFeed;
  readonly #marks: Marks;
  readonly #origin: OriginTeller;
  #job: ProgrammeJob;
  #state: ProgrammeState = "starting";
  #process: CompositorProcess | null = null;
  #startedAt: number | null = null;
  #info: RunInfo | null = null;
  #status: CompositorStatus | null = null;
  #degradedSince: number | null = null;
  #crashes = 0;
  #forkedAt = 0;
  /** The compositor has begun and heeds messages. */
  #listening = false;
  /** Native objects that the last compositor left open when it ended by itself. */
  leaks: Record<string, number> | null = null;
  endedAt: number | null = null;

  constructor(options: ProgrammeOptions) {
    this.#options = options;
    this.#job = options.job;
    const { tuning, windowSegments, dvrSeconds, directory, log, scope, hub, ffmpegPath } = options;
    this.#recorder = new Recorder(directory, log);
    const rungs = tuning.rungs.map(({ name }) => name);
    this.#rungFiles = new RungFiles({ directory, rungs, log });
    this.#watch = new RecordingWatch({
      recorder: this.#recorder,
      segmentMs: (tuning.segmentTicks * 1000) / tuning.framesPerSecond,
      onAlert: ({ code, message, since: at }) => {
        const { webinarId } = options.job;
        log.error({ code, message }, "the recording is missing");
        scope.run("alert", () =>
          options.report({ type: "programme.alert", factId: randomUUID(), webinarId, code, message, at }),
        );
      },
    });
    this.#captions = new CaptionFeed({
      redis: options.redis,
      webinarId: options.job.webinarId,
      scope: scope.child("captions"),
      log,
    });
    const { origins, redis, job } = options;
    this.#origin = new OriginTeller({ origins, webinarId: job.webinarId, log });
    this.#marks = new Marks({
      redis,
      webinarId: job.webinarId,
      onRanges: (ranges) => this.timeline.tell(ranges),
      scope: scope.child("marks"),
      log,
    });
    this.#destinations = new Destinations({ hub, ffmpegPath, scope: scope.child("destinations"), log });
    const partTarget = tuning.partTicks / tuning.framesPerSecond;
    const window = { windowSegments, dvrSeconds, store: new SegmentFiles(directory) };
    const targetDuration = this.#targetDuration;
    // Rounded up, so that no part is longer than it once both are written with five digits.
    const options_ = { targetDuration, partTarget: Math.ceil(partTarget * 1e4) / 1e4, rungs, ...window };
    this.timeline = new Timeline(options_, (segment) => {
      this.#recorder.segment(segment);
      this.#rungFiles.segment(segment);
    });
    scope.add("timeline", () => this.timeline.close());
  }

  get #targetDuration(): number {
    const { segmentTicks, framesPerSecond } = this.#options.tuning;
    return Math.ceil(segmentTicks / framesPerSecond);
  }

  get state(): ProgrammeState {
    return this.#state;
  }

  /** Cores that it is counted with. */
  get cores(): number {
    return this.#options.cores;
  }

  /** Process id of the compositor, while there is one. */
  get compositorPid(): number | undefined {
    return this.#process?.pid;
  }

  get compositorStatus(): CompositorStatus | null {
    return this.#status;
  }

  get watchable(): Watchable {
    const info = this.#info;
    const { timeline } = this;
    const captions = this.#captions;
    const firstPictureMs =
      this.#startedAt === null ? null : this.#startedAt - this.#options.tuning.playoutDelayMs;
    const variants = info && variantsOf(info, this.#options.tuning);
    const onAir = this.#status?.rungs;
    const hidden = onAir
      ? this.#options.tuning.rungs.map(({ name }) => name).filter((name) => !onAir.includes(name))
      : [];
    return { timeline, variants, hidden, captions, firstPictureMs };
  }

  /** Takes up what an earlier life has left, then starts the compositor, or finishes what is over. */
  async open(): Promise<void> {
    const past = await this.#recorder.recall();
    await this.#restore(past);
    this.#options.scope.add("compositor", () => this.#stopProcess());
    this.#options.scope.every(1000, "recording watch", () => this.#watch.look(this.#state));
    this.#options.scope.every(500, "origin", () => this.#tellOrigin());
    this.#options.scope.every(250, "gaps", () => this.timeline.coverUntil(this.#programmeNow()));
    if (this.#job.desired === "ended") await this.#finish();
    else {
      this.#destinations.want(this.#job.destinations);
      this.#fork();
    }
  }

  update(job: ProgrammeJob): void {
    const before = this.#job;
    this.#job = job;
    if (job.desired === "ended") {
      this.#end(job.endedAt ?? Date.now());
      return;
    }
    if (JSON.stringify(before) === JSON.stringify(job) || this.#state === "ending") return;
    if (before.layout !== job.layout) this.#noteLayout(job.layout);
    this.#destinations.want(job.destinations);
    this.#process?.send({ type: "direct", direction: this.#direction() });
  }

  #noteLayout(layout: string): void {
    if (this.#startedAt !== null)
      this.#recorder.turn({ type: "layout", atMs: Date.now() - this.#startedAt, layout });
  }

  describe(now: number): ProgrammeStatus {
    const delay = this.#options.tuning.playoutDelayMs;
    return {
      webinarId: this.#job.webinarId,
      nodeId: this.#options.nodeId,
      state: this.#state,
      publicUrl: this.#options.publicUrl.replace(/\/$/, ""),
      firstFrameAt: this.#startedAt === null ? null : this.#startedAt - delay,
      sources: this.#status?.sources ?? 0,
      framesPerSecond: this.#status?.framesPerSecond ?? 0,
      degraded: degradedOf(this.#status, this.#degradedSince, this.#options.tuning),
      renditions: renditionsOf(this.#options, this.#status),
      alerts: this.#watch.alerts,
      recordingBytes: this.#recorder.bytes,
      finishing: this.#options.finishing(this.#job.webinarId),
      destinations: this.#destinations.statuses,
      at: now,
    };
  }

  async #restore(past: Past): Promise<void> {
    this.#startedAt = past.startedAt;
    const last = past.segments.at(-1);
    if (!last || past.endedAt !== null) return;
    const { directory, windowSegments, dvrSeconds } = this.#options;
    this.#info = past.runs.at(-1)?.info ?? null;
    for (const turn of past.turns)
      if (turn.type === "speaker") this.#marks.turn(this.#programmeMs(turn.atMs), turn.name);
    const files = new SegmentFiles(directory);
    const kept = await readPastTimeline(past.segments, {
      dvrSeconds,
      windowSegments,
      targetDuration: this.#targetDuration,
      readSegment: (sequence) => files.read(sequence),
      readInit: (name) => readFile(join(directory, name)),
      rungs: {
        names: this.#options.tuning.rungs.map(({ name }) => name),
        files: await this.#rungFiles.names(),
      },
    });
    this.timeline.restore(kept, this.#programmeNow());
  }

  /** Programme time: what is composed now was on stage a playout delay ago. */
  #programmeNow(): number {
    return Date.now() - this.#options.tuning.playoutDelayMs;
  }

  /** @param atMs on the recording's time line */
  #programmeMs(atMs: number): number {
    return (this.#startedAt ?? 0) + atMs - this.#options.tuning.playoutDelayMs;
  }

  #direction() {
    const { title, layout, slates } = this.#job;
    return { title, layout, slates, rtmpUrl: this.#destinations.publishUrl };
  }

  #fork(): void {
    // A restart that was due when the end came is not due any more.
    if (this.#options.scope.closed || (this.#state !== "starting" && this.#state !== "running")) return;
    this.#forkedAt = performance.now();
    this.#origin.forget();
    this.#listening = false;
    this.#process = new CompositorProcess({
      onReady: () => this.#startMessage(),
      onMessage: (message) => this.#receive(message),
      onExit: (exit) => this.#exited(exit),
    });
  }

  /** A new clock begins where the time line ends, or where the webinar went live; what is past is caught up with. */
  #startMessage(): StartMessage {
    const { epoch, logLevel, tuning } = this.#options;
    const { liveAt, webinarId } = this.#job;
    const { endMs } = this.timeline;
    const beginsAt = startAt(Date.now(), { liveAt, endMs, playoutDelayMs: tuning.playoutDelayMs });
    if (this.#startedAt === null) {
      this.#startedAt = beginsAt;
      this.#recorder.begin(beginsAt);
    }
    const baseMs = beginsAt - this.#startedAt;
    return {
      type: "start",
      webinarId,
      epoch,
      logLevel,
      tuning,
      direction: this.#direction(),
      startAt: beginsAt,
      baseMs,
      tracksDirectory: this.#options.directory,
    };
  }

  #receive(message: FromCompositor): void {
    if (message.type === "run") {
      this.#info = message.info;
      const run = this.timeline.beginRun(message.init, message.rungInits);
      this.#recorder.run(run, message.init, message.info);
      this.#rungFiles.run(run, message.rungInits);
      this.#listening = true;
      // It was over before this compositor could be told.
      if (this.#state === "ending") this.#process?.send({ type: "end", at: this.#job.endedAt ?? Date.now() });
      void this.#tellOrigin();
    } else if (message.type === "part") {
      this.timeline.addPart(message.part);
      this.#destinations.notePart();
      this.#state = move(this.#state, "running");
    } else if (message.type === "status") this.#note(message.status);
    else if (message.type === "speaker") {
      this.#recorder.turn(message);
      this.#marks.turn(this.#programmeMs(message.atMs), message.name);
    } else if (message.type === "sharing") this.#recorder.turn(message);
    else if (message.type === "track-fault") this.#watch.trackFault(message.message);
    else if (message.type === "ended") this.leaks = message.leaks;
  }

  #note(status: CompositorStatus): void {
    const { log } = this.#options;
    const before = this.#status?.level ?? 0;
    this.#status = status;
    if (status.level === 0) this.#degradedSince = null;
    else this.#degradedSince ??= Date.now();
    const { level, lagMs, cpu } = status;
    if (level > before) log.warn({ level, lagMs, cpu }, "the compositor has not the time for everything");
    else if (level < before) log.info({ level, lagMs, cpu }, "the compositor draws more again");
  }

  #exited(exit: { finished: boolean; reason: string }): void {
    this.#process = null;
    this.#status = null;
    this.#degradedSince = null;
    const { log, scope } = this.#options;
    if (scope.closed) return;
    this.timeline.interrupt();
    if (this.#state === "ending") {
      if (!exit.finished) log.warn({ reason: exit.reason }, "the compositor died while ending");
      scope.run("finish", () => this.#finish());
      return;
    }
    this.#crashes = performance.now() - this.#forkedAt > steadyMs ? 0 : this.#crashes + 1;
    const wait =
      this.#crashes <= 1 ? 0 : backoffMs(this.#crashes, Math.random(), { baseMs: 200, capMs: 5000 });
    log.warn({ reason: exit.reason, wait }, "the compositor has ended and is started again");
    scope.after(wait, "compositor restart", () => this.#fork());
  }

  async #tellOrigin(): Promise<void> {
    const process = this.#process;
    if (!process || !this.#listening) return;
    await this.#origin.look((address) => process.send({ type: "origin", address }));
  }

  #end(at: number): void {
    if (this.#state !== "starting" && this.#state !== "running") return;
    this.#state = move(this.#state, "ending");
    if (this.#process) this.#process.send({ type: "end", at });
    else this.#options.scope.run("finish", () => this.#finish());
    // A compositor that does not end by itself is ended; the recording is whole up to its last part.
    this.#options.scope.after(8000, "end deadline", () => this.#process?.kill("did not end"));
  }

  /** The playlist's end, the recording's file, the fact. */
  async #finish(): Promise<void> {
    this.#state = move(this.#state, "ending");
    const { directory, ffmpegPath, log } = this.#options;
    this.timeline.end();
    this.#destinations.want([]);
    await this.#recorder.flush();
    const past = await this.#recorder.recall();
    const at = Date.now();
    if (past.endedAt === null && past.startedAt !== null) this.#recorder.end(at);
    await this.#recorder.flush();
    try {
      const { webinarId } = this.#job;
      const onProgress = (share: number) => this.#options.onFinishing(webinarId, share);
      const finished = await finaliseRecording(directory, past, { ffmpegPath, log, onProgress });
      this.timeline.forgetStored();
      await this.#rungFiles.removeAll();
      if (finished) await this.#options.report(recordingFact(webinarId, finished, at));
      this.#state = move(this.#state, "ended");
    } catch (error) {
      log.error({ err: error }, "the recording could not be finished");
      this.#state = move(this.#state, "failed");
      const message = error instanceof Error ? error.message.slice(0, 500) : "unknown";
      const { webinarId } = this.#job;
      await this.#options.report({ type: "programme.failed", factId: randomUUID(), webinarId, message, at });
    }
    this.endedAt = at;
  }

  async #stopProcess(): Promise<void> {
    const process = this.#process;
    if (!process) return;
    process.send({ type: "end", at: 0 });
    const hard = setTimeout(() => process.kill("did not stop"), 2500);
    await process.exited;
    clearTimeout(hard);
    await this.#recorder.flush();
  }
}
