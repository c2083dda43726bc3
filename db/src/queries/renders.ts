import { randomUUID } from "node:crypto";
import type { RenderLayout, RenderNews } from "@rostrum/protocol";
import { and, asc, eq, isNotNull, isNull, lt, ne, notInArray, or, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { recordings, renders, webinars } from "../schema/index.ts";

export type Render = typeof renders.$inferSelect;

/** A node that has told nothing for so long has let go of what it had, ms. */
const silentMs = 30_000;

/** What there is, and what is to be. */
export async function listRenders(db: Executor, webinarId: string): Promise<Render[]> {
  return db
    .select()
    .from(renders)
    .where(and(eq(renders.webinarId, webinarId), ne(renders.state, "deleting")))
    .orderBy(asc(renders.createdAt));
}

/**
 * Want a recording in another layout. One that is ready, or on its way, stays; one that failed or is being deleted is
 * wanted anew.
 *
 * @returns whether it is newly wanted
 */
export async function wantRender(db: Executor, webinarId: string, layout: RenderLayout): Promise<boolean> {
  const fresh = { id: randomUUID(), state: "wanted" as const, reason: null, progress: 0 };
  const wanted = await db
    .insert(renders)
    .values({ webinarId, layout, ...fresh })
    .onConflictDoUpdate({
      target: [renders.webinarId, renders.layout],
      set: { ...fresh, durationMs: null, bytes: null, createdAt: sql`now()` },
      setWhere: sql`${renders.state} in ('failed', 'deleting')`,
    })
    .returning({ id: renders.id });
  return wanted.length > 0;
}

/** Cancel or delete one. What a node may have a file of stays, unseen, until that says it is gone. Answers whether there was one. */
export async function removeRender(db: Executor, webinarId: string, layout: RenderLayout): Promise<boolean> {
  const one = and(
    eq(renders.webinarId, webinarId),
    eq(renders.layout, layout),
    ne(renders.state, "deleting"),
  );
  const gone = await db
    .delete(renders)
    .where(and(one, isNull(renders.nodeId)))
    .returning({ id: renders.id });
  const going = await db
    .update(renders)
    .set({ state: "deleting", reason: null })
    .where(and(one, isNotNull(renders.nodeId)))
    .returning({ id: renders.id });
  return gone.length + going.length > 0;
}

/** A node tells how one stands. Of a wish that was taken back, made again or fulfilled it changes nothing. */
export async function noteRender(
  db: Executor,
  { id, ...news }: RenderNews,
  { nodeId, now }: { nodeId: string; now: Date },
): Promise<void> {
  if (news.state === "gone") {
    await db.delete(renders).where(and(eq(renders.id, id), eq(renders.state, "deleting")));
    return;
  }
  const told = { reason: null, nodeId, toldAt: now };
  const change =
    news.state === "failed"
      ? { ...told, state: news.state, reason: news.message }
      : { ...told, ...news, ...(news.state === "ready" ? { progress: 1 } : {}) };
  await db
    .update(renders)
    .set(change)
    .where(and(eq(renders.id, id), notInArray(renders.state, ["ready", "failed", "deleting"])));
}

/** What a node is to make or to delete, oldest wish first: without what another has, and lives. */
export async function listWantedRenders(db: Executor, { nodeId, now }: { nodeId: string; now: Date }) {
  return db
    .select({
      id: renders.id,
      webinarId: renders.webinarId,
      layout: renders.layout,
      state: renders.state,
      title: webinars.title,
      locale: webinars.locale,
    })
    .from(renders)
    .innerJoin(webinars, eq(webinars.id, renders.webinarId))
    .innerJoin(recordings, eq(recordings.webinarId, renders.webinarId))
    .where(
      and(
        notInArray(renders.state, ["ready", "failed"]),
        isNull(recordings.deletedAt),
        or(
          isNull(renders.nodeId),
          eq(renders.nodeId, nodeId),
          isNull(renders.toldAt),
          lt(renders.toldAt, new Date(now.getTime() - silentMs)),
        ),
      ),
    )
    .orderBy(asc(renders.createdAt), asc(renders.layout))
    .limit(200);
}
