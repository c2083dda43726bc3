import type { Poll } from "@rostrum/protocol";
import { and, asc, eq, inArray, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { pollOptions, polls, votes } from "../schema/index.ts";
import { queueWebhooks } from "./webhook-events.ts";

export async function insertPoll(
  db: Executor,
  poll: { webinarId: string; question: string; options: string[] },
): Promise<string> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .insert(polls)
      .values({ webinarId: poll.webinarId, question: poll.question })
      .returning({ id: polls.id });
    if (!row) throw new Error("insert returned nothing");
    await tx
      .insert(pollOptions)
      .values(poll.options.map((text, position) => ({ pollId: row.id, position, text })));
    return row.id;
  });
}

async function readPolls(
  db: Executor,
  where: ReturnType<typeof eq>,
): Promise<(Poll & { webinarId: string })[]> {
  const rows = await db.select().from(polls).where(where).orderBy(asc(polls.createdAt));
  if (rows.length === 0) return [];
  const ids = rows.map((row) => row.id);
  const options = await db
    .select()
    .from(pollOptions)
    .where(inArray(pollOptions.pollId, ids))
    .orderBy(asc(pollOptions.position));
  const counted = await db
    .select({ pollId: votes.pollId, optionId: votes.optionId, count: sql<number>`count(*)::int` })
    .from(votes)
    .where(inArray(votes.pollId, ids))
    .groupBy(votes.pollId, votes.optionId);
  return rows.map((row) => {
    const own = options.filter((option) => option.pollId === row.id);
    const counts = Object.fromEntries(
      own.map((option) => [option.id, counted.find((count) => count.optionId === option.id)?.count ?? 0]),
    );
    const voters = Object.values(counts).reduce((sum, count) => sum + count, 0);
    return {
      id: row.id,
      webinarId: row.webinarId,
      question: row.question,
      options: own.map(({ id, text }) => ({ id, text })),
      status: row.status,
      openedAt: row.openedAt?.getTime() ?? null,
      closedAt: row.closedAt?.getTime() ?? null,
      // Votes are never taken back, so their number orders tallies.
      tally: { pollId: row.id, version: voters, counts, voters },
    };
  });
}

export async function listPolls(db: Executor, webinarId: string): Promise<Poll[]> {
  return (await readPolls(db, eq(polls.webinarId, webinarId))).map(({ webinarId: _, ...poll }) => poll);
}

export async function findPoll(
  db: Executor,
  id: string,
): Promise<(Poll & { webinarId: string }) | undefined> {
  return (await readPolls(db, eq(polls.id, id)))[0];
}

/** A poll with its results, as other systems see it. */
export const pollData = (poll: Poll) => ({
  id: poll.id,
  question: poll.question,
  status: poll.status,
  voters: poll.tally.voters,
  options: poll.options.map(({ id, text }) => ({ id, text, votes: poll.tally.counts[id] ?? 0 })),
  openedAt: poll.openedAt === null ? null : new Date(poll.openedAt).toISOString(),
  closedAt: poll.closedAt === null ? null : new Date(poll.closedAt).toISOString(),
});

/** The webinar a poll belongs to. */
export async function findPollWebinar(db: Executor, id: string): Promise<string | undefined> {
  const [row] = await db.select({ webinarId: polls.webinarId }).from(polls).where(eq(polls.id, id));
  return row?.webinarId;
}

/** Open or close a poll; false when it was not in the phase before. */
export async function movePoll(db: Executor, id: string, to: "open" | "closed"): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [row] = await tx
      .update(polls)
      .set(to === "open" ? { status: to, openedAt: new Date() } : { status: to, closedAt: new Date() })
      .where(and(eq(polls.id, id), eq(polls.status, to === "open" ? "draft" : "open")))
      .returning({ id: polls.id });
    const poll = row && (await findPoll(tx, id));
    // The row is held: every vote that will ever be counted is.
    if (poll)
      await queueWebhooks(tx, poll.webinarId, [
        {
          event: to === "open" ? "poll.opened" : "poll.closed",
          orderKey: id,
          data: { poll: pollData(poll) },
        },
      ]);
    return row !== undefined;
  });
}

export type VoteResult = "counted" | "already-voted" | "closed" | "unknown-option";

/** Durable before it is acknowledged. The row lock on the poll orders votes against its closing. */
export async function insertVote(
  db: Executor,
  vote: { pollId: string; optionId: string; participantId: string },
): Promise<VoteResult> {
  return db.transaction(async (tx) => {
    const [poll] = await tx
      .select({ status: polls.status })
      .from(polls)
      .where(eq(polls.id, vote.pollId))
      .for("share");
    if (poll?.status !== "open") return "closed";
    const [option] = await tx
      .select({ id: pollOptions.id })
      .from(pollOptions)
      .where(and(eq(pollOptions.pollId, vote.pollId), eq(pollOptions.id, vote.optionId)));
    if (!option) return "unknown-option";
    const inserted = await tx
      .insert(votes)
      .values(vote)
      .onConflictDoNothing()
      .returning({ pollId: votes.pollId });
    return inserted.length > 0 ? "counted" : "already-voted";
  });
}

export async function findVote(
  db: Executor,
  pollId: string,
  participantId: string,
): Promise<string | undefined> {
  const [row] = await db
    .select({ optionId: votes.optionId })
    .from(votes)
    .where(and(eq(votes.pollId, pollId), eq(votes.participantId, participantId)));
  return row?.optionId;
}
