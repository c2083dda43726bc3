import { listDestinations, type Webinar } from "@rostrum/db";
import {
  ProgrammeJob,
  ProgrammeStatus,
  programmeStatusKey,
  programmesChannel,
  programmesKey,
  recordingSubject,
  replaySubject,
} from "@rostrum/protocol";
import { textsFor } from "../texts/index.ts";
import type { Services } from "./services.ts";

/** Tell egress what is wanted. Idempotent: the jobs process writes it again every few seconds from the database. */
export async function writeProgrammeJob(services: Services, webinar: Webinar): Promise<void> {
  if (!webinar.liveAt || (webinar.phase !== "live" && webinar.phase !== "ended")) return;
  const job = ProgrammeJob.parse({
    webinarId: webinar.id,
    title: webinar.title,
    slates: textsFor(webinar.locale).room.slates,
    desired: webinar.phase,
    liveAt: webinar.liveAt.getTime(),
    endedAt: webinar.endedAt?.getTime() ?? null,
    layout: webinar.layout,
    destinations: await listDestinations(services.db, webinar.id),
  });
  const text = JSON.stringify(job);
  try {
    if ((await services.redis.hget(programmesKey, webinar.id)) === text) return;
    await services.redis.hset(programmesKey, webinar.id, text);
    await services.redis.publish(programmesChannel, webinar.id);
  } catch (error) {
    services.log.warn(
      { err: error, webinarId: webinar.id },
      "the programme job could not be written; the jobs process will",
    );
  }
}

export async function readProgrammeStatus(
  services: Services,
  webinarId: string,
): Promise<ProgrammeStatus | null> {
  const text = await services.redis.hget(programmeStatusKey, webinarId).catch(() => null);
  return text ? (ProgrammeStatus.safeParse(JSON.parse(text)).data ?? null) : null;
}

/** Access values change this often, so that all viewers of an hour share one and a CDN can cache it. */
const bucketSeconds = 3600;
const lifetimeSeconds = 12 * 3600;

function access(services: Services, subject: string): string {
  const bucket = Math.floor(Date.now() / 1000 / bucketSeconds) * bucketSeconds;
  return services.tokens.hlsAccess(subject, bucket + bucketSeconds + lifetimeSeconds);
}

/** The playlist viewers play, once the programme has its first frame. */
export async function playlistUrl(services: Services, webinarId: string): Promise<string | null> {
  const status = await readProgrammeStatus(services, webinarId);
  if (!status || status.firstFrameAt === null) return null;
  return `${status.publicUrl}/hls/${webinarId}/${access(services, webinarId)}/index.m3u8`;
}

/** Who serves a webinar's recording: the node that made it, else any, which knows where copies are. */
async function recordingNode(services: Services, webinarId: string): Promise<string | undefined> {
  const status = await readProgrammeStatus(services, webinarId);
  const node = status ?? (await services.registry.list("egress").catch(() => []))[0];
  return node?.publicUrl;
}

/** Where the finished recording is served, for its host. */
export async function recordingUrl(services: Services, webinarId: string): Promise<string | null> {
  const node = await recordingNode(services, webinarId);
  const signed = access(services, recordingSubject(webinarId));
  return node ? `${node}/recordings/${webinarId}/${signed}/recording.mp4` : null;
}

/** Addresses of what was published of a recording: they are good for that range alone. */
export async function replayMedia(
  services: Services,
  webinarId: string,
  published: { range: { fromMs: number; toMs: number }; durationMs: number },
): Promise<{ playlist: string; file: string; thumbnails: string } | null> {
  const node = await recordingNode(services, webinarId);
  if (!node) return null;
  const { fromMs, toMs } = published.range;
  const name = `${fromMs}-${toMs >= published.durationMs ? "end" : toMs}`;
  const base = `${node}/replay/${webinarId}/${name}/${access(services, replaySubject(webinarId, name))}`;
  return {
    playlist: `${base}/index.m3u8`,
    file: `${base}/recording.mp4`,
    thumbnails: `${base}/storyboard.vtt`,
  };
}
