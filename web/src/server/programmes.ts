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
import {
  type AccessPolicy,
  type AccessTimes,
  accessNow,
  accessTimes,
  liveAccess,
  replayAccess,
} from "@rostrum/rules";
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

/** A recording's address for its host: long enough to download it. */
const hostBucketSeconds = 3600;
const hostLifetimeSeconds = 12 * 3600;

function hostAccess(services: Services, subject: string): string {
  const bucket = Math.floor(Date.now() / 1000 / hostBucketSeconds) * hostBucketSeconds;
  return services.tokens.hlsAccess(subject, bucket + hostBucketSeconds + hostLifetimeSeconds);
}

/**
 * Access to media for one who may watch: what to use now, and soon the next; asked for again before it ends (decision
 * 017). Times are epoch ms by the clock of `nowMs`.
 */
export type MediaGrant = {
  accesses: (AccessTimes & { access: string })[];
  leadMs: number;
  nowMs: number;
};

export function grantAccess(services: Services, subject: string, policy: AccessPolicy): MediaGrant {
  const nowMs = Date.now();
  const accesses = accessTimes(policy, nowMs).map((times) => ({
    ...times,
    access: services.tokens.hlsAccess(subject, times.untilMs / 1000),
  }));
  return { accesses, leadMs: policy.leadSeconds * 1000, nowMs };
}

const currentOf = ({ accesses, nowMs }: MediaGrant): string => accessNow(accesses, nowMs)?.access ?? "";

/** The playlist viewers play, once the programme has its first frame. */
export async function playlistGrant(
  services: Services,
  webinarId: string,
): Promise<MediaGrant & { url: string | null }> {
  const grant = grantAccess(services, webinarId, liveAccess);
  const status = await readProgrammeStatus(services, webinarId);
  if (!status || status.firstFrameAt === null) return { ...grant, url: null };
  return { ...grant, url: `${status.publicUrl}/hls/${webinarId}/${currentOf(grant)}/index.m3u8` };
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
  const signed = hostAccess(services, recordingSubject(webinarId));
  return node ? `${node}/recordings/${webinarId}/${signed}/recording.mp4` : null;
}

type Published = { range: { fromMs: number; toMs: number }; durationMs: number };

/** What of a recording was published, as its addresses say it. */
export const rangeName = ({ range: { fromMs, toMs }, durationMs }: Published): string =>
  `${fromMs}-${toMs >= durationMs ? "end" : toMs}`;

/** Addresses of what was published of a recording: they are good for that range alone. */
export async function replayMedia(
  services: Services,
  webinarId: string,
  published: Published,
): Promise<{ playlist: string; file: string; thumbnails: string; grant: MediaGrant } | null> {
  const node = await recordingNode(services, webinarId);
  if (!node) return null;
  const name = rangeName(published);
  const grant = grantAccess(services, replaySubject(webinarId, name), replayAccess);
  const base = `${node}/replay/${webinarId}/${name}/${currentOf(grant)}`;
  return {
    playlist: `${base}/index.m3u8`,
    file: `${base}/recording.mp4`,
    thumbnails: `${base}/storyboard.vtt`,
    grant,
  };
}
