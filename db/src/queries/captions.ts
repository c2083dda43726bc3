import { and, asc, eq, gt, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { captionKeys, captionLines } from "../schema/index.ts";

export type CaptionLine = { id: string; startsAt: Date; endsAt: Date; text: string };
const batch = 1000;

export async function listCaptions(db: Executor, webinarId: string, after?: Date): Promise<CaptionLine[]> {
  return db
    .select({
      id: captionLines.id,
      startsAt: captionLines.startsAt,
      endsAt: captionLines.endsAt,
      text: captionLines.text,
    })
    .from(captionLines)
    .where(and(eq(captionLines.webinarId, webinarId), after ? gt(captionLines.endsAt, after) : undefined))
    .orderBy(asc(captionLines.startsAt), asc(captionLines.id));
}

/** Idempotent by their ids; a line sent again is corrected. */
export async function saveCaptions(
  db: Executor,
  webinarId: string,
  lines: readonly CaptionLine[],
): Promise<void> {
  for (let at = 0; at < lines.length; at += batch)
    await db
      .insert(captionLines)
      .values(lines.slice(at, at + batch).map((line) => ({ ...line, webinarId })))
      .onConflictDoUpdate({
        target: captionLines.id,
        set: {
          startsAt: sql`excluded.starts_at`,
          endsAt: sql`excluded.ends_at`,
          text: sql`excluded.text`,
        },
        setWhere: eq(captionLines.webinarId, webinarId),
      });
}

/** All of a webinar's captions at once, e.g. from a file. */
export async function replaceCaptions(
  db: Executor,
  webinarId: string,
  lines: readonly CaptionLine[],
): Promise<void> {
  await db.transaction(async (tx) => {
    await tx.delete(captionLines).where(eq(captionLines.webinarId, webinarId));
    await saveCaptions(tx, webinarId, lines);
  });
}

export async function deleteCaption(db: Executor, webinarId: string, id: string): Promise<void> {
  await db.delete(captionLines).where(and(eq(captionLines.id, id), eq(captionLines.webinarId, webinarId)));
}

/** The key of a captioning service; a new one replaces the one before. */
export async function setCaptionKey(db: Executor, webinarId: string, keyHash: string): Promise<void> {
  await db
    .insert(captionKeys)
    .values({ webinarId, keyHash })
    .onConflictDoUpdate({ target: captionKeys.webinarId, set: { keyHash, createdAt: sql`now()` } });
}

/** The webinar that a captioning service may write for. */
export async function findCaptionKey(db: Executor, keyHash: string): Promise<string | undefined> {
  const [row] = await db
    .select({ webinarId: captionKeys.webinarId })
    .from(captionKeys)
    .where(eq(captionKeys.keyHash, keyHash));
  return row?.webinarId;
}
