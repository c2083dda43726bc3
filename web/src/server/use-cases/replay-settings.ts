import {
  deleteMark,
  findRecording,
  findReplay,
  isReplayMailed,
  listMarks,
  listTracks,
  publishReplay,
  recordAudit,
  saveMark,
  saveReplay,
  type User,
  type Webinar,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { chapterMark } from "@rostrum/rules";
import { handMarkChange } from "../programme-marks.ts";
import { readProgrammeStatus, recordingUrl } from "../programmes.ts";
import type { Services } from "../services.ts";
import { describeKeeping } from "./recording-retention.ts";
import { describeRenders } from "./renders.ts";
import { doorOf } from "./replay-access.ts";

export type ReplayOptions = {
  access: "registered" | "link";
  availableFrom: Date | null;
  availableUntil: Date | null;
  trimStartMs: number;
  trimEndMs: number | null;
  showConversation: boolean;
  foundChapters: boolean;
};

/** Everything its host sets about a replay, and what there is of it. */
export async function describeReplay(services: Services, webinar: Webinar) {
  const { db, config } = services;
  const [replay, recording, marks, tracks, mailed] = await Promise.all([
    findReplay(db, webinar.id),
    findRecording(db, webinar.id),
    listMarks(db, webinar.id),
    listTracks(db, webinar.id),
    isReplayMailed(db, webinar.id),
  ]);
  const startedAt = (recording?.startedAt ?? webinar.liveAt)?.getTime() ?? 0;
  const url = recording ? await recordingUrl(services, webinar.id) : null;
  const status = await readProgrammeStatus(services, webinar.id);
  return {
    phase: webinar.phase,
    wasLive: webinar.liveAt !== null,
    url: `${config.PUBLIC_URL}/replay/${webinar.slug}`,
    startedAt,
    published: replay?.publishedAt != null,
    door: replay ? doorOf(replay) : ("closed" as const),
    mailed,
    finishing: status?.finishing ?? null,
    failed: status?.state === "failed",
    recording:
      recording && url
        ? {
            url,
            durationMs: recording.durationMs,
            bytes: recording.bytes,
            thumbnails: recording.storyboardAt !== null,
          }
        : null,
    tracks: tracks.map(({ id, name, source, file, offsetMs, durationMs, bytes }) => ({
      ...{ id, name, source, offsetMs, durationMs, bytes },
      url: url ? url.replace(/[^/]+$/, file) : null,
    })),
    renders: await describeRenders(services, webinar.id, url),
    keeping: await describeKeeping(services, webinar),
    options: {
      access: replay?.access ?? ("registered" as const),
      availableFrom: replay?.availableFrom?.getTime() ?? null,
      availableUntil: replay?.availableUntil?.getTime() ?? null,
      trimStartMs: replay?.trimStartMs ?? 0,
      trimEndMs: replay?.trimEndMs ?? null,
      showConversation: replay?.showConversation ?? true,
      foundChapters: replay?.foundChapters ?? true,
    },
    found: recording?.chapters ?? [],
    marks: marks.map(({ id, at, title }) => ({ id, title, atMs: at.getTime() - startedAt })),
  };
}

type Order = { user: User; webinar: Webinar };

/** Throws input.invalid where times do not fit each other. */
export async function changeReplay(
  services: Services,
  { user, webinar }: Order,
  options: ReplayOptions,
): Promise<void> {
  const { availableFrom, availableUntil, trimStartMs, trimEndMs } = options;
  const recording = await findRecording(services.db, webinar.id);
  if (availableFrom && availableUntil && availableUntil <= availableFrom)
    throw new RostrumError("input.invalid", "Choose an end after the beginning.", {
      field: "availableUntil",
    });
  if (trimEndMs !== null && trimEndMs <= trimStartMs)
    throw new RostrumError("input.invalid", "The end lies before the beginning.", { field: "trimEndMs" });
  if (recording && trimStartMs >= recording.durationMs)
    throw new RostrumError("input.invalid", "The recording is not that long.", { field: "trimStartMs" });
  await saveReplay(services.db, webinar.id, options);
  await audit(services, { user, webinar }, "replay.changed");
}

export async function setPublished(
  services: Services,
  { user, webinar }: Order,
  published: boolean,
): Promise<void> {
  if (published && !(await findRecording(services.db, webinar.id)))
    throw new RostrumError("conflict", "There is no recording yet.");
  await publishReplay(services.db, webinar.id, published);
  await audit(services, { user, webinar }, published ? "replay.published" : "replay.unpublished");
}

const audit = (services: Services, { user, webinar }: Order, action: string): Promise<void> =>
  recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action,
    subject: webinar.id,
  });

/** A chapter begins: at a time of the recording, or, without one, now. Setting it again under its id changes it. */
export async function markChapter(
  services: Services,
  webinar: Webinar,
  mark: { id: string; title: string; atMs: number | null },
): Promise<void> {
  if (mark.atMs === null && webinar.phase !== "live")
    throw new RostrumError("conflict", "The webinar is not live: give the chapter a time.");
  const recording = mark.atMs === null ? undefined : await findRecording(services.db, webinar.id);
  const startedAt = (recording?.startedAt ?? webinar.liveAt)?.getTime() ?? 0;
  const at = mark.atMs === null ? new Date() : new Date(startedAt + mark.atMs);
  await saveMark(services.db, { id: mark.id, webinarId: webinar.id, title: mark.title, at });
  if (webinar.phase !== "live") return;
  const told = chapterMark({ id: mark.id, title: mark.title, startsAt: at.getTime() });
  await handMarkChange(services, webinar.id, told);
}

export async function removeChapter(services: Services, webinar: Webinar, id: string): Promise<void> {
  await deleteMark(services.db, webinar.id, id);
  const { field } = chapterMark({ id, title: "", startsAt: 0 });
  await handMarkChange(services, webinar.id, { field, mark: null });
}
