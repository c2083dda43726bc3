import type { ChatMessage, Hand } from "@rostrum/protocol";
import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { chatMessages, hands } from "../schema/index.ts";

const asHand = (row: typeof hands.$inferSelect): Hand => ({
  participantId: row.participantId as Hand["participantId"],
  name: row.name,
  raisedAt: row.raisedAt.getTime(),
  status: row.acceptedAt ? "on-stage" : row.invitedAt ? "invited" : "raised",
});

const isUp = (webinarId: string, participantId: string) =>
  and(eq(hands.webinarId, webinarId), eq(hands.participantId, participantId), isNull(hands.loweredAt));

export async function listHands(db: Executor, webinarId: string): Promise<Hand[]> {
  const rows = await db
    .select()
    .from(hands)
    .where(and(eq(hands.webinarId, webinarId), isNull(hands.loweredAt)))
    .orderBy(asc(hands.raisedAt));
  return rows.map(asHand);
}

/** A hand that is up. */
export async function findHand(
  db: Executor,
  webinarId: string,
  participantId: string,
): Promise<Hand | undefined> {
  const [row] = await db.select().from(hands).where(isUp(webinarId, participantId));
  return row ? asHand(row) : undefined;
}

/** A hand as it is to be stored, or down. */
export type HandChange = { type: "changed"; hand: Hand } | { type: "lowered"; participantId: string };

/**
 * Store what `decide` makes of the hands that are up. Changes of one webinar's hands follow one another; what `decide`
 * throws is thrown, and nothing is stored then.
 */
export function changeHands(
  db: Executor,
  webinarId: string,
  decide: (hands: Hand[]) => readonly HandChange[],
): Promise<void> {
  return db.transaction(async (tx) => {
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`hands ${webinarId}`}, 0))`);
    for (const change of decide(await listHands(tx, webinarId))) {
      if (change.type === "lowered") await lowerHand(tx, webinarId, change.participantId);
      else await keepHand(tx, webinarId, change.hand);
    }
  });
}

async function keepHand(tx: Executor, webinarId: string, hand: Hand): Promise<void> {
  const { participantId, name, status } = hand;
  if (status === "raised") {
    const raisedAt = new Date(hand.raisedAt);
    await tx.insert(hands).values({ webinarId, participantId, name, raisedAt }).onConflictDoNothing();
    return;
  }
  await tx
    .update(hands)
    .set(status === "invited" ? { invitedAt: sql`now()` } : { acceptedAt: sql`now()` })
    .where(isUp(webinarId, participantId));
}

async function lowerHand(tx: Executor, webinarId: string, participantId: string): Promise<void> {
  await tx
    .update(hands)
    // A process whose clock is ahead may have raised it.
    .set({ loweredAt: sql`greatest(now(), ${hands.raisedAt})` })
    .where(isUp(webinarId, participantId));
}

/** Idempotent by the client's id. */
export async function insertChat(
  db: Executor,
  message: { id: string; webinarId: string; participantId: string; name: string; text: string },
): Promise<ChatMessage | undefined> {
  await db.insert(chatMessages).values(message).onConflictDoNothing();
  const [row] = await db
    .select()
    .from(chatMessages)
    .where(
      and(
        eq(chatMessages.id, message.id),
        eq(chatMessages.participantId, message.participantId),
        eq(chatMessages.webinarId, message.webinarId),
      ),
    );
  return row ? asMessage(row) : undefined;
}

export async function listChat(db: Executor, webinarId: string, limit: number): Promise<ChatMessage[]> {
  const rows = await db
    .select()
    .from(chatMessages)
    .where(eq(chatMessages.webinarId, webinarId))
    .orderBy(desc(chatMessages.createdAt))
    .limit(limit);
  return rows.reverse().map(asMessage);
}

const asMessage = (row: typeof chatMessages.$inferSelect): ChatMessage => ({
  id: row.id,
  participantId: row.participantId as ChatMessage["participantId"],
  name: row.name,
  text: row.text,
  at: row.createdAt.getTime(),
});
