import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import {
  connectRedis,
  createTokens,
  Registry,
  type ServiceContext,
  type ServiceParts,
  type Tokens,
} from "@rostrum/platform";
import { programmesChannel } from "@rostrum/protocol";
import { archiveOptionsOf, budgetCoresOf, type EgressConfig, rtmpUrlOf, tuningOf } from "./config.ts";
import { EncoderProcess } from "./encoders/process.ts";
import { HlsServer } from "./hls/index.ts";
import { MediaDoor } from "./media-door.ts";
import { Archive, Archiver, Cleaner } from "./record/index.ts";
import { RenderDesk } from "./render/index.ts";
import { Afterwork, ReplayServer } from "./replay/index.ts";
import { HubProcess } from "./rtmp/index.ts";
import { Facts, OriginFinder, Supervisor } from "./supervisor/index.ts";

/** An egress node, and its parts as tests look at them. */
export type Egress = ServiceParts & { supervisor: Supervisor };

/** Builds egress inside a running service: nothing else in this workspace creates long-lived objects of its own accord. */
export async function startEgress(config: EgressConfig, context: ServiceContext): Promise<Egress> {
  const { scope, log, http, nodeId } = context;
  const epoch = randomUUID();
  const tokens = createTokens(config.ROSTRUM_SECRET);
  await mkdir(config.DATA_DIR, { recursive: true });
  const redis = connectRedis(config.REDIS_URL, { log, scope, name: "egress" });
  const subscriber = connectRedis(config.REDIS_URL, { log, scope, name: "egress-events" });
  const hub = new HubProcess({ port: config.RTMP_PORT, storePath: join(config.DATA_DIR, "hub"), scope, log });
  const facts = new Facts({
    directory: join(config.DATA_DIR, "facts"),
    webInternalUrl: config.WEB_INTERNAL_URL,
    nodeId,
    tokens,
    scope,
    log,
  });
  const tuning = tuningOf(config);
  if (!tuning.fontFile) log.warn("no font found: names are not drawn (FONT_FILE)");
  const archive = openArchive(config, context);
  const afterwork = new Afterwork({
    directory: join(config.DATA_DIR, "programmes"),
    ffmpegPath: config.FFMPEG_PATH,
    size: tuning,
    report: async (fact) => {
      await facts.report(fact);
      if (fact.type === "recording.track") archive?.archiver.add(fact.webinarId);
    },
    scope,
    log,
  });
  const supervisor = new Supervisor({
    dataDir: config.DATA_DIR,
    maxProgrammes: config.MAX_PROGRAMMES,
    budgetCores: budgetCoresOf(config),
    tuning,
    windowSegments: config.HLS_WINDOW_SEGMENTS,
    dvrSeconds: config.HLS_DVR_SECONDS,
    ffmpegPath: config.FFMPEG_PATH,
    logLevel: config.LOG_LEVEL,
    epoch,
    nodeId,
    publicUrl: config.PUBLIC_URL,
    hub,
    origins: new OriginFinder({ redis, tokens, nodeId }),
    report: async (fact) => {
      await facts.report(fact);
      if (fact.type !== "recording.ready") return;
      archive?.archiver.add(fact.webinarId);
      afterwork.add(fact.webinarId);
    },
    finishing: (webinarId) => afterwork.progressOf(webinarId),
    onFinishing: (webinarId, share) => afterwork.note(webinarId, "recording", share),
    redis,
    scope,
    log,
  });
  subscriber.on("message", () => supervisor.nudge());
  subscriber.on("ready", () => void subscriber.subscribe(programmesChannel).catch(() => 0));
  const door = new MediaDoor({
    tokens,
    webPublicUrl: config.WEB_PUBLIC_URL,
    publicUrl: config.PUBLIC_URL,
  });
  const server = new HlsServer({
    http,
    door,
    targetDuration: Math.ceil(tuning.segmentTicks / tuning.framesPerSecond),
    find: (webinarId) => supervisor.find(webinarId),
  });
  new ReplayServer({
    http,
    door,
    // A signed id is one of ours: it cannot name another folder.
    directory: (webinarId) => supervisor.directory(webinarId),
    findCopy: async (webinarId, name) => (await archive?.archive.link({ webinarId, name })) ?? null,
  });
  keepFiles({ config, context, tokens, supervisor, afterwork, archive });
  measure({ context, supervisor, server, archive, afterwork });
  if (config.INGEST_RTMP_PORT !== undefined) {
    const encoders = new EncoderProcess({ epoch, scope, log });
    context.metrics.gauge("rtmp_encoders", "Encoders on stage over RTMP", () => encoders.encoders ?? 0);
  }
  announce({ config, context, supervisor, registry: new Registry(redis), epoch });
  return {
    supervisor,
    faults: () => (redis.status === "ready" ? [] : ["redis is not reachable"]),
    async drain() {
      supervisor.draining = true;
    },
  };
}

/** What web asks of the files of recordings: that they are made in another layout, or deleted. */
function keepFiles(parts: {
  config: EgressConfig;
  context: ServiceContext;
  tokens: Tokens;
  supervisor: Supervisor;
  afterwork: Afterwork;
  archive: ReturnType<typeof openArchive>;
}): void {
  const { config, context, tokens, supervisor, afterwork, archive } = parts;
  const { scope, log, nodeId } = context;
  const common = {
    web: { webUrl: config.WEB_INTERNAL_URL, tokens, claims: { nodeId, kind: "egress" as const } },
    directory: join(config.DATA_DIR, "programmes"),
    archive: archive?.archive,
    scope,
    log,
  };
  const isUnfinished = (webinarId: string): boolean => afterwork.progressOf(webinarId) !== null;
  const renders = new RenderDesk({
    ...common,
    tuning: tuningOf(config),
    ffmpegPath: config.FFMPEG_PATH,
    hasRoom: () => supervisor.hasRoom,
    isUnfinished,
    onReady: async (webinarId) => archive?.archiver.again(webinarId),
    everyMs: 2000,
  });
  new Cleaner({
    ...common,
    isBusy: (webinarId) =>
      supervisor.find(webinarId) !== undefined || isUnfinished(webinarId) || renders.isBusy(webinarId),
    everyMs: 60_000,
  });
}

/** Copies of recordings, when a bucket is named. */
function openArchive(config: EgressConfig, { scope, log }: ServiceContext) {
  const options = archiveOptionsOf(config);
  if (!options) return undefined;
  const archive = new Archive(options);
  scope.add("archive", () => archive.close());
  const archiver = new Archiver({ archive, directory: join(config.DATA_DIR, "programmes"), scope, log });
  return { archive, archiver };
}

function measure(parts: {
  context: ServiceContext;
  supervisor: Supervisor;
  server: HlsServer;
  archive: ReturnType<typeof openArchive>;
  afterwork: Afterwork;
}): void {
  const { supervisor, server, archive, afterwork } = parts;
  const { metrics } = parts.context;
  metrics.gauge(
    "recordings_to_archive",
    "Finished recordings without a copy",
    () => archive?.archiver.pending ?? 0,
  );
  metrics.gauge("programmes", "Programmes on air", () => supervisor.active.length);
  metrics.gauge(
    "programme_cores",
    "Cores that the programmes here are counted with, ladders included",
    () => supervisor.usedCores,
  );
  metrics.gauge(
    "programmes_refused",
    "Programmes that are wanted and that this node has not the cores for",
    () => supervisor.refused,
  );
  metrics.gauge("hls_waiting", "Requests held for a part or a playlist", () => server.waiting);
  metrics.gauge(
    "hls_playlist_requests",
    "Playlists asked of this node so far",
    () => server.served.playlists,
  );
  metrics.gauge(
    "hls_media_requests",
    "Parts and segments asked of this node so far",
    () => server.served.media,
  );
  metrics.gauge("compositor_cpu", "Share of one core used by all compositors", () =>
    compositorCpu(supervisor),
  );
  metrics.gauge("compositor_lag_ms", "How late the latest compositor's clock is", () =>
    Math.max(0, ...supervisor.active.map(({ compositorStatus }) => compositorStatus?.lagMs ?? 0)),
  );
  metrics.gauge(
    "programmes_degraded",
    "Programmes that leave pictures out for want of time",
    () => supervisor.active.filter(({ compositorStatus }) => (compositorStatus?.level ?? 0) > 0).length,
  );
  metrics.gauge(
    "recordings_without_thumbnails",
    "Finished recordings whose thumbnails are not there yet",
    () => afterwork.pending,
  );
}

function compositorCpu(supervisor: Supervisor): number {
  return supervisor.active.reduce((sum, { compositorStatus }) => sum + (compositorStatus?.cpu ?? 0), 0);
}

function announce(parts: {
  config: EgressConfig;
  context: ServiceContext;
  supervisor: Supervisor;
  registry: Registry;
  epoch: string;
}): void {
  const { config, context, supervisor, registry, epoch } = parts;
  const rtmpUrl = rtmpUrlOf(config);
  registry.announce(context.scope, () => ({
    nodeId: context.nodeId,
    kind: "egress",
    epoch,
    region: config.REGION,
    publicUrl: config.PUBLIC_URL,
    internalUrl: config.INTERNAL_URL,
    ...(rtmpUrl ? { rtmpUrl } : {}),
    draining: supervisor.draining,
    capacity: config.MAX_PROGRAMMES,
    load: {
      peers: supervisor.active.length,
      consumers: 0,
      workerCpu: compositorCpu(supervisor),
      eventLoopDelayMs: 0,
    },
    webinars: {},
    at: Date.now(),
  }));
}
