import type { WebinarPhase } from "@rostrum/protocol";
import { and, asc, eq, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { encoders, webinars } from "../schema/index.ts";

/** An encoder as its host sees it: never its key, nor the hash. */
export type Encoder = { id: string; name: string; keyHint: string; createdAt: Date };
export type EncoderKey = { hash: string; hint: string };

const shown = {
  id: encoders.id,
  name: encoders.name,
  keyHint: encoders.keyHint,
  createdAt: encoders.createdAt,
};

export async function listEncoders(db: Executor, webinarId: string): Promise<Encoder[]> {
  return db
    .select(shown)
    .from(encoders)
    .where(eq(encoders.webinarId, webinarId))
    .orderBy(asc(encoders.createdAt));
}

/** Undefined when the webinar has `most` already, or one of that name. */
export async function insertEncoder(
  db: Executor,
  encoder: { webinarId: string; name: string; key: EncoderKey },
  most: number,
): Promise<Encoder | undefined> {
  const { webinarId, name, key } = encoder;
  return db.transaction(async (tx) => {
    // Two at once must not both find the last place free.
    await tx.select({ id: webinars.id }).from(webinars).where(eq(webinars.id, webinarId)).for("update");
    const count = await tx.$count(encoders, eq(encoders.webinarId, webinarId));
    if (count >= most) return undefined;
    const [row] = await tx
      .insert(encoders)
      .values({ webinarId, name, keyHash: key.hash, keyHint: key.hint })
      .onConflictDoNothing()
      .returning(shown);
    return row;
  });
}

/** The old key opens nothing from then on. False when there is no such encoder. */
export async function renewEncoderKey(
  db: Executor,
  of: { webinarId: string; encoderId: string },
  key: EncoderKey,
): Promise<boolean> {
  const rows = await db
    .update(encoders)
    .set({ keyHash: key.hash, keyHint: key.hint })
    .where(and(eq(encoders.id, of.encoderId), eq(encoders.webinarId, of.webinarId)))
    .returning({ id: encoders.id });
  return rows.length > 0;
}

/** False when there was none. */
export async function deleteEncoder(
  db: Executor,
  of: { webinarId: string; encoderId: string },
): Promise<boolean> {
  const rows = await db
    .delete(encoders)
    .where(and(eq(encoders.id, of.encoderId), eq(encoders.webinarId, of.webinarId)))
    .returning({ id: encoders.id });
  return rows.length > 0;
}

/** Whose key it is, and whether its webinar is still to be. */
export async function findEncoderByKey(
  db: Executor,
  keyHash: string,
): Promise<{ id: string; name: string; webinarId: string; phase: WebinarPhase } | undefined> {
  const [row] = await db
    .select({
      id: encoders.id,
      name: encoders.name,
      webinarId: encoders.webinarId,
      phase: sql<WebinarPhase>`${webinars.phase}`,
    })
    .from(encoders)
    .innerJoin(webinars, eq(webinars.id, encoders.webinarId))
    .where(eq(encoders.keyHash, keyHash));
  return row;
}
