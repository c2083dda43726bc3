import type { Fact } from "@rostrum/protocol";
import { and, eq, isNull, lt, notInArray, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { acceptedFacts, attendanceIntervals, webinars } from "../schema/index.ts";
import { saveRecording } from "./webinars.ts";

/** Store facts once each. Answers the ids that are stored now, whether by this call or an earlier one. */
export async function acceptFacts(
  db: Executor,
  facts: Fact[],
): Promise<{ accepted: string[]; fresh: Fact[] }> {
  return db.transaction(async (tx) => {
    const inserted = await tx
      .insert(acceptedFacts)
      .values(facts.map(({ factId }) => ({ factId })))
      .onConflictDoNothing()
      .returning({ factId: acceptedFacts.factId });
    const isNew = new Set(inserted.map(({ factId }) => factId));
    const fresh = facts.filter(({ factId }) => isNew.has(factId));
    for (const fact of fresh) await store(tx, fact);
    return { accepted: facts.map(({ factId }) => factId), fresh };
  });
}

async function store(db: Executor, fact: Fact): Promise<void> {
  if (fact.type === "attendance.opened") {
    const { intervalId, webinarId, participantId, admissionId, role, delivery, nodeId } = fact;
    // A fact about a webinar that was deleted meanwhile is stored nowhere and still accepted.
    const [webinar] = await db.select({ id: webinars.id }).from(webinars).where(eq(webinars.id, webinarId));
    if (!webinar) return;
    await db
      .insert(attendanceIntervals)
      .values({
        id: intervalId,
        webinarId,
        participantId,
        admissionId,
        role,
        delivery,
        nodeId,
        joinedAt: new Date(fact.at),
      })
      .onConflictDoNothing();
  } else if (fact.type === "attendance.closed") {
    await db
      .update(attendanceIntervals)
      .set({
        leftAt: sql`greatest(${attendanceIntervals.joinedAt}, ${new Date(fact.at).toISOString()}::timestamptz)`,
        reason: fact.reason,
      })
      .where(and(eq(attendanceIntervals.id, fact.intervalId), isNull(attendanceIntervals.leftAt)));
  } else if (fact.type === "recording.ready") {
    await saveRecording(db, {
      webinarId: fact.webinarId,
      path: fact.path,
      durationMs: fact.durationMs,
      bytes: fact.bytes,
    });
  }
}

/** End the stays on nodes that are gone; a node that was killed cannot say so itself. Answers how many. */
export async function closeOrphanedIntervals(
  db: Executor,
  liveNodes: string[],
  quietSince: Date,
): Promise<number> {
  const closed = await db
    .update(attendanceIntervals)
    .set({
      leftAt: sql`greatest(${attendanceIntervals.joinedAt}, ${quietSince.toISOString()}::timestamptz)`,
      reason: "the node was lost",
    })
    .where(
      and(
        isNull(attendanceIntervals.leftAt),
        lt(attendanceIntervals.joinedAt, quietSince),
        liveNodes.length > 0 ? notInArray(attendanceIntervals.nodeId, liveNodes) : undefined,
      ),
    )
    .returning({ id: attendanceIntervals.id });
  return closed.length;
}

/** Interactive seats in use now. */
export async function countSeated(db: Executor, webinarId: string): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(distinct ${attendanceIntervals.participantId})::int` })
    .from(attendanceIntervals)
    .where(
      and(
        eq(attendanceIntervals.webinarId, webinarId),
        eq(attendanceIntervals.delivery, "webrtc"),
        eq(attendanceIntervals.role, "attendee"),
        isNull(attendanceIntervals.leftAt),
      ),
    );
  return row?.count ?? 0;
}
