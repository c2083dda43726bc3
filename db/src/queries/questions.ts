import type { Question } from "@rostrum/protocol";
import { and, asc, desc, eq, gt, inArray, or, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { questions, upvotes } from "../schema/index.ts";
import { queueWebhooks, type WebhookEvent } from "./webhook-events.ts";

const shape = {
  id: questions.id,
  participantId: questions.participantId,
  name: questions.name,
  text: questions.text,
  status: questions.status,
  answeredAt: questions.answeredAt,
  createdAt: questions.createdAt,
  upvotes: sql<number>`(select count(*)::int from ${upvotes} where ${upvotes.questionId} = ${questions.id})`,
};

type Row = {
  id: string;
  participantId: string;
  name: string;
  text: string;
  status: Question["status"];
  answeredAt: Date | null;
  createdAt: Date;
  upvotes: number;
};

const asQuestion = (row: Row): Question => ({
  id: row.id,
  participantId: row.participantId as Question["participantId"],
  name: row.name,
  text: row.text,
  status: row.status,
  upvotes: row.upvotes,
  askedAt: row.createdAt.getTime(),
  answeredAt: row.answeredAt?.getTime() ?? null,
});

/** The newest questions that are not dismissed, oldest first. */
export async function listQuestions(db: Executor, webinarId: string, limit: number): Promise<Question[]> {
  const rows = await db
    .select(shape)
    .from(questions)
    .where(and(eq(questions.webinarId, webinarId), inArray(questions.status, ["open", "answered"])))
    .orderBy(desc(questions.createdAt))
    .limit(limit);
  return rows.reverse().map(asQuestion);
}

/** All questions, dismissed ones too, oldest first, in pages by time and id. */
export async function listQuestionPage(
  db: Executor,
  webinarId: string,
  page: { after?: { createdAt: Date; id: string }; limit: number },
): Promise<(Question & { createdAt: Date })[]> {
  const { after } = page;
  const rows = await db
    .select(shape)
    .from(questions)
    .where(
      and(
        eq(questions.webinarId, webinarId),
        after
          ? or(
              gt(questions.createdAt, after.createdAt),
              and(eq(questions.createdAt, after.createdAt), gt(questions.id, after.id)),
            )
          : undefined,
      ),
    )
    .orderBy(asc(questions.createdAt), asc(questions.id))
    .limit(page.limit);
  return rows.map((row) => ({ ...asQuestion(row), createdAt: row.createdAt }));
}

export async function findQuestion(
  db: Executor,
  webinarId: string,
  id: string,
): Promise<Question | undefined> {
  const [row] = await db
    .select(shape)
    .from(questions)
    .where(and(eq(questions.id, id), eq(questions.webinarId, webinarId)));
  return row ? asQuestion(row) : undefined;
}

/** Idempotent by the client's id. */
export async function insertQuestion(
  db: Executor,
  question: { id: string; webinarId: string; participantId: string; name: string; text: string },
): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx.insert(questions).values(question).onConflictDoNothing().returning();
    if (row) await queueWebhooks(tx, row.webinarId, [questionEvent("question.asked", row)]);
  });
}

/** False when it was there already. */
export async function addUpvote(db: Executor, questionId: string, participantId: string): Promise<boolean> {
  const added = await db
    .insert(upvotes)
    .values({ questionId, participantId })
    .onConflictDoNothing()
    .returning({ questionId: upvotes.questionId });
  return added.length > 0;
}

/** False when there was none. */
export async function removeUpvote(
  db: Executor,
  questionId: string,
  participantId: string,
): Promise<boolean> {
  const removed = await db
    .delete(upvotes)
    .where(and(eq(upvotes.questionId, questionId), eq(upvotes.participantId, participantId)))
    .returning({ questionId: upvotes.questionId });
  return removed.length > 0;
}

export async function setQuestionStatus(
  db: Executor,
  id: string,
  status: "answered" | "dismissed",
): Promise<void> {
  await db.transaction(async (tx) => {
    const [row] = await tx
      .update(questions)
      .set({ status, ...(status === "answered" ? { answeredAt: new Date() } : {}) })
      .where(eq(questions.id, id))
      .returning();
    if (row && status === "answered")
      await queueWebhooks(tx, row.webinarId, [questionEvent("question.answered", row)]);
  });
}

const questionEvent = (
  event: "question.asked" | "question.answered",
  row: typeof questions.$inferSelect,
): WebhookEvent => ({
  event,
  orderKey: row.id,
  data: {
    question: {
      id: row.id,
      text: row.text,
      name: row.name,
      status: row.status,
      participantId: row.participantId,
      askedAt: row.createdAt.toISOString(),
    },
  },
});
