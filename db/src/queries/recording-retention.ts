import { and, eq, inArray, isNotNull, isNull, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import {
  captionLines,
  chapterMarks,
  organisations,
  recordings,
  recordingTracks,
  renders,
  users,
  webinars,
} from "../schema/index.ts";
import { queueMail, recordAudit } from "./outbox.ts";

export async function readRecordingDays(db: Executor, organisationId: string): Promise<number | null> {
  const [row] = await db
    .select({ days: organisations.recordingDays })
    .from(organisations)
    .where(eq(organisations.id, organisationId));
  return row?.days ?? null;
}

export async function saveRecordingDays(
  db: Executor,
  organisationId: string,
  days: number | null,
): Promise<void> {
  await db.update(organisations).set({ recordingDays: days }).where(eq(organisations.id, organisationId));
}

/** 0: for ever; null: as the organisation says. */
export async function saveWebinarRecordingDays(
  db: Executor,
  webinarId: string,
  days: number | null,
): Promise<void> {
  await db.update(webinars).set({ recordingDays: days }).where(eq(webinars.id, webinarId));
}

export type Keeping = {
  webinarId: string;
  organisationId: string;
  hostId: string;
  title: string;
  /** Days it is kept for after the end; null: for ever. */
  days: number | null;
  /** The day it would be deleted by its days and by who asked for longer; null: never. */
  plannedFor: Date | null;
  warnedAt: Date | null;
  warnedOf: Date | null;
  deletedAt: Date | null;
};

const days = sql<
  number | null
>`nullif(coalesce(${webinars.recordingDays}, ${organisations.recordingDays}), 0)`;
const planned = sql<Date | null>`case when ${days} is not null then
  greatest(coalesce(${webinars.endedAt}, ${recordings.createdAt}) + ${days} * interval '1 day', ${recordings.keptUntil}) end`;

const kept = (db: Executor) =>
  db
    .select({
      webinarId: webinars.id,
      organisationId: webinars.organisationId,
      hostId: webinars.hostId,
      title: webinars.title,
      days: days.mapWith(Number).as("days"),
      plannedFor: planned.mapWith(recordings.createdAt).as("planned"),
      warnedAt: recordings.warnedAt,
      warnedOf: recordings.warnedOf,
      deletedAt: recordings.deletedAt,
    })
    .from(recordings)
    .innerJoin(webinars, eq(webinars.id, recordings.webinarId))
    .innerJoin(organisations, eq(organisations.id, webinars.organisationId));

/** How long a webinar's recording is kept; undefined while there is none. */
export async function findKeeping(db: Executor, webinarId: string): Promise<Keeping | undefined> {
  const [row] = await kept(db).where(eq(recordings.webinarId, webinarId));
  return row;
}

/** Recordings that may have to be warned of or deleted: those whose day is nearer than `before`, oldest first. */
export async function listKeepings(db: Executor, before: Date): Promise<Keeping[]> {
  return kept(db)
    .where(
      and(
        isNull(recordings.deletedAt),
        sql`${webinars.phase} <> 'live'`,
        sql`${planned} <= ${before.toISOString()}::timestamptz`,
      ),
    )
    .orderBy(planned)
    .limit(200);
}

/** Tell the host, once for each day it is planned for, however many ask at the same time. Answers whether it was told now. */
export async function warnOfDeletion(
  db: Executor,
  { webinarId, hostId, title, plannedFor }: Keeping,
  told: { now: Date; deletesAt: Date; link: string },
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const noted = await tx
      .update(recordings)
      .set({ warnedAt: told.now, warnedOf: plannedFor })
      .where(
        and(
          eq(recordings.webinarId, webinarId),
          isNull(recordings.deletedAt),
          sql`${recordings.warnedOf} is distinct from ${plannedFor?.toISOString() ?? null}::timestamptz`,
        ),
      )
      .returning({ id: recordings.id });
    if (noted.length === 0) return false;
    const [host] = await tx.select({ email: users.email }).from(users).where(eq(users.id, hostId));
    if (host)
      await queueMail(tx, {
        webinarId: null,
        recipient: host.email,
        kind: "recording-goes",
        payload: { name: title, link: told.link, text: told.deletesAt.toISOString() },
      });
    return true;
  });
}

/** Keep a recording until then at least. */
export async function keepUntil(db: Executor, webinarId: string, until: Date): Promise<void> {
  await db
    .update(recordings)
    .set({ keptUntil: until })
    .where(and(eq(recordings.webinarId, webinarId), isNull(recordings.deletedAt)));
}

/**
 * Nothing of a recording can be watched from now on: tracks, other layouts, captions and chapters go with it. Its files are
 * egress's to delete, which asks. What the report counts stays. Answers whether it was there.
 */
export async function deleteRecording(
  db: Executor,
  { webinarId, organisationId }: Pick<Keeping, "webinarId" | "organisationId">,
  now: Date,
): Promise<boolean> {
  return db.transaction(async (tx) => {
    const deleted = await tx
      .update(recordings)
      .set({ deletedAt: now, chapters: [], storyboardAt: null })
      .where(and(eq(recordings.webinarId, webinarId), isNull(recordings.deletedAt)))
      .returning({ durationMs: recordings.durationMs, bytes: recordings.bytes });
    const [gone] = deleted;
    if (!gone) return false;
    for (const table of [captionLines, chapterMarks, recordingTracks, renders])
      await tx.delete(table).where(eq(table.webinarId, webinarId));
    await recordAudit(tx, {
      organisationId,
      actorId: null,
      action: "recording.deleted",
      subject: webinarId,
      details: gone,
    });
    return true;
  });
}

/**
 * What a media node has to delete: of the webinars whose files it holds, and of those whose files nobody has yet said are
 * gone. Safe to ask again.
 */
export async function listDeletedFiles(db: Executor, held: readonly string[]): Promise<string[]> {
  const rows = await db
    .select({ webinarId: recordings.webinarId })
    .from(recordings)
    .where(
      and(
        isNotNull(recordings.deletedAt),
        held.length > 0
          ? sql`(${recordings.filesDeletedAt} is null or ${inArray(recordings.webinarId, [...held])})`
          : isNull(recordings.filesDeletedAt),
      ),
    )
    .limit(500);
  return rows.map(({ webinarId }) => webinarId);
}

export async function noteFilesDeleted(db: Executor, gone: readonly string[], now: Date): Promise<void> {
  if (gone.length === 0) return;
  await db
    .update(recordings)
    .set({ filesDeletedAt: now })
    .where(and(inArray(recordings.webinarId, [...gone]), isNotNull(recordings.deletedAt)));
}
