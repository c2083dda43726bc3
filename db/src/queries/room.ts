import type { ChatMessage, Hand } from "@rostrum/protocol";
import { and, asc, desc, eq, isNull, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { chatMessages, hands } from "../schema/index.ts";

const asHand = (row: typeof hands.$inferSelect): Hand => ({
  participantId: row.participantId as Hand["participantId"],
  name: row.name,
  raisedAt: row.raisedAt.getTime(),
});

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
  const [row] = await db
    .select()
    .from(hands)
    .where(
      and(eq(hands.webinarId, webinarId), eq(hands.participantId, participantId), isNull(hands.loweredAt)),
    );
  return row ? asHand(row) : undefined;
}

/** Raise a hand; a hand that is up stays where it is in the queue. */
export async function raiseHand(
  db: Executor,
  hand: { webinarId: string; participantId: string; name: string },
): Promise<void> {
  await db.insert(hands).values(hand).onConflictDoNothing();
}

/** False when the hand was not up. */
export async function lowerHand(db: Executor, webinarId: string, participantId: string): Promise<boolean> {
  const lowered = await db
    .update(hands)
    // The database's clock, as when it was raised.
    .set({ loweredAt: sql`now()` })
    .where(
      and(eq(hands.webinarId, webinarId), eq(hands.participantId, participantId), isNull(hands.loweredAt)),
    )
    .returning({ id: hands.id });
  return lowered.length > 0;
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
