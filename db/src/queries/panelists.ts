import { and, eq, isNull, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { panelists } from "../schema/index.ts";

/** Somebody invited to the stage: as a panelist, or as a co-host who runs the studio too. */
export type Panelist = typeof panelists.$inferSelect;

/** Invite an address. Again: as what and under which name is taken from the last time, and only its link is valid. */
export async function savePanelist(
  db: Executor,
  panelist: {
    webinarId: string;
    email: string;
    name: string;
    tokenHash: string;
    role?: Panelist["role"];
  },
): Promise<Panelist> {
  const { name, tokenHash, role = "panelist" } = panelist;
  const [row] = await db
    .insert(panelists)
    .values({ ...panelist, email: panelist.email.trim().toLowerCase() })
    .onConflictDoUpdate({
      target: [panelists.webinarId, panelists.email],
      targetWhere: isNull(panelists.revokedAt),
      set: { name, tokenHash, role, invitedAt: sql`now()`, declinedAt: null },
    })
    .returning();
  if (!row) throw new Error("insert returned nothing");
  return row;
}

/** Everybody who is or was invited and is not erased, in the order they were. */
export async function listPanelists(db: Executor, webinarId: string): Promise<Panelist[]> {
  return db
    .select()
    .from(panelists)
    .where(eq(panelists.webinarId, webinarId))
    .orderBy(panelists.createdAt, panelists.id);
}

export async function findPanelist(
  db: Executor,
  webinarId: string,
  id: string,
): Promise<Panelist | undefined> {
  const [row] = await db
    .select()
    .from(panelists)
    .where(and(eq(panelists.id, id), eq(panelists.webinarId, webinarId)));
  return row;
}

/** Another link instead of the one before. False for somebody whose invitation is taken back. */
export async function renewInvitation(db: Executor, id: string, tokenHash: string): Promise<boolean> {
  const renewed = await db
    .update(panelists)
    .set({ tokenHash, invitedAt: sql`now()`, declinedAt: null })
    .where(and(eq(panelists.id, id), isNull(panelists.revokedAt), isNull(panelists.erasedAt)))
    .returning({ id: panelists.id });
  return renewed.length > 0;
}

/** Take an invitation back: its link opens nothing any more. Again changes nothing. */
export async function revokeInvitation(db: Executor, id: string): Promise<void> {
  await db
    .update(panelists)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(panelists.id, id), isNull(panelists.revokedAt)));
}

/** What somebody invited says. Saying the same again changes nothing. */
export async function answerInvitation(db: Executor, id: string, accepts: boolean): Promise<void> {
  const mine = and(eq(panelists.id, id), isNull(panelists.revokedAt));
  await db
    .update(panelists)
    .set(
      accepts
        ? { acceptedAt: sql`coalesce(${panelists.acceptedAt}, now())`, declinedAt: null }
        : { acceptedAt: null, declinedAt: sql`coalesce(${panelists.declinedAt}, now())` },
    )
    .where(mine);
}
