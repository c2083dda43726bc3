import { and, asc, eq, isNull, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import {
  campaigns,
  chapterMarks,
  recordings,
  recordingTracks,
  replaySpans,
  replays,
} from "../schema/index.ts";
import { queueWebhooks } from "./webhook-events.ts";

export type Recording = typeof recordings.$inferSelect;
export type RecordingTrack = typeof recordingTracks.$inferSelect;
export type Replay = typeof replays.$inferSelect;
export type ReplayChange = Partial<Omit<Replay, "webinarId" | "createdAt" | "publishedAt">>;

export async function saveRecording(
  db: Executor,
  recording: Pick<Recording, "webinarId" | "path" | "durationMs" | "bytes" | "startedAt" | "chapters">,
): Promise<void> {
  const { webinarId: _, ...found } = recording;
  await db
    .insert(recordings)
    .values(recording)
    .onConflictDoUpdate({ target: recordings.webinarId, set: found });
  const { durationMs, bytes } = recording;
  await queueWebhooks(db, recording.webinarId, [
    { event: "recording.ready", data: { recording: { durationMs, bytes } } },
  ]);
}

/** A recording that is there to be watched. */
export async function findRecording(db: Executor, webinarId: string): Promise<Recording | undefined> {
  const row = await findRecordingEver(db, webinarId);
  return row?.deletedAt ? undefined : row;
}

/** The same, also when it has been deleted meanwhile: what was counted of it stays. */
export async function findRecordingEver(db: Executor, webinarId: string): Promise<Recording | undefined> {
  const [row] = await db.select().from(recordings).where(eq(recordings.webinarId, webinarId));
  return row;
}

export async function noteStoryboard(db: Executor, webinarId: string, at: Date): Promise<void> {
  await db.update(recordings).set({ storyboardAt: at }).where(eq(recordings.webinarId, webinarId));
}

export async function saveTrack(db: Executor, track: typeof recordingTracks.$inferInsert): Promise<void> {
  const { id: _, ...found } = track;
  await db
    .insert(recordingTracks)
    .values(track)
    .onConflictDoUpdate({ target: recordingTracks.id, set: found });
}

export async function listTracks(db: Executor, webinarId: string): Promise<RecordingTrack[]> {
  return db
    .select()
    .from(recordingTracks)
    .where(eq(recordingTracks.webinarId, webinarId))
    .orderBy(asc(recordingTracks.offsetMs), asc(recordingTracks.id));
}

export async function findReplay(db: Executor, webinarId: string): Promise<Replay | undefined> {
  const [row] = await db.select().from(replays).where(eq(replays.webinarId, webinarId));
  return row;
}

export async function saveReplay(db: Executor, webinarId: string, change: ReplayChange): Promise<Replay> {
  const [row] = await db
    .insert(replays)
    .values({ webinarId, ...change })
    // Something is always set: an empty change is answered too.
    .onConflictDoUpdate({ target: replays.webinarId, set: { webinarId, ...change } })
    .returning();
  if (!row) throw new Error("upsert returned nothing");
  return row;
}

/**
 * Publish it, or take it back. Everybody who is registered hears of the first publishing, once, as soon as it is open:
 * the campaign stays when it is taken back.
 */
export async function publishReplay(db: Executor, webinarId: string, published: boolean): Promise<Replay> {
  return db.transaction(async (tx) => {
    await saveReplay(tx, webinarId, {});
    const [row] = await tx.select().from(replays).where(eq(replays.webinarId, webinarId)).for("update");
    if (!row || (row.publishedAt !== null) === published) return row as Replay;
    const [changed] = await tx
      .update(replays)
      .set({ publishedAt: published ? sql`now()` : null })
      .where(eq(replays.webinarId, webinarId))
      .returning();
    const [known] = await tx
      .select({ id: campaigns.id })
      .from(campaigns)
      .where(and(eq(campaigns.webinarId, webinarId), eq(campaigns.kind, "replay")));
    if (published && !known) await tx.insert(campaigns).values({ webinarId, kind: "replay" });
    return changed as Replay;
  });
}

/** Whether its link has been mailed to everybody. */
export async function isReplayMailed(db: Executor, webinarId: string): Promise<boolean> {
  const open = await db
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(and(eq(campaigns.webinarId, webinarId), eq(campaigns.kind, "replay"), isNull(campaigns.doneFor)));
  const all = await db
    .select({ id: campaigns.id })
    .from(campaigns)
    .where(and(eq(campaigns.webinarId, webinarId), eq(campaigns.kind, "replay")));
  return all.length > 0 && open.length === 0;
}

export type WatchedSpan = { id: string; fromMs: number; toMs: number };

/** Store what somebody watched. The same stretch told again grows; somebody else's id changes nothing. */
export async function recordSpans(
  db: Executor,
  viewer: { webinarId: string; viewerId: string; visitId: string },
  spans: readonly WatchedSpan[],
): Promise<void> {
  if (spans.length === 0) return;
  await db
    .insert(replaySpans)
    .values(spans.map((span) => ({ ...viewer, ...span })))
    .onConflictDoUpdate({
      target: replaySpans.id,
      set: { toMs: sql`greatest(${replaySpans.toMs}, excluded.to_ms)`, updatedAt: sql`now()` },
      setWhere: and(eq(replaySpans.webinarId, viewer.webinarId), eq(replaySpans.viewerId, viewer.viewerId)),
    });
}

export type ChapterMark = { id: string; at: Date; title: string };

export async function listMarks(db: Executor, webinarId: string): Promise<ChapterMark[]> {
  return db
    .select({ id: chapterMarks.id, at: chapterMarks.at, title: chapterMarks.title })
    .from(chapterMarks)
    .where(eq(chapterMarks.webinarId, webinarId))
    .orderBy(asc(chapterMarks.at));
}

/** Idempotent by its id; setting it again changes it. */
export async function saveMark(
  db: Executor,
  mark: { id: string; webinarId: string; at: Date; title: string },
): Promise<void> {
  await db
    .insert(chapterMarks)
    .values(mark)
    .onConflictDoUpdate({
      target: chapterMarks.id,
      set: { at: mark.at, title: mark.title },
      setWhere: eq(chapterMarks.webinarId, mark.webinarId),
    });
}

export async function deleteMark(db: Executor, webinarId: string, id: string): Promise<void> {
  await db.delete(chapterMarks).where(and(eq(chapterMarks.id, id), eq(chapterMarks.webinarId, webinarId)));
}
