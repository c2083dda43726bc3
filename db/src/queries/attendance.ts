import type { Fact } from "@rostrum/protocol";
import { and, eq, isNull, lt, notInArray, or, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import {
  acceptedFacts,
  type admissions,
  attendanceIntervals,
  registrations,
  webinars,
} from "../schema/index.ts";
import { noteStoryboard, saveRecording, saveTrack } from "./replays.ts";
import { queueWebhooks, wantedEvents } from "./webhook-events.ts";

/** Why a stay ended when nobody but us could say so. */
const nodeLost = "the node was lost";
/** A node sends a fact again until it is accepted; after this long it has long stopped, ms. */
const factMemoryMs = 7 * 24 * 3600_000;

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
    const wanted = await wantedEvents(tx, [
      ...new Set(
        fresh.filter(({ type }) => type.startsWith("attendance.")).map(({ webinarId }) => webinarId),
      ),
    ]);
    for (const fact of fresh) await store(tx, fact, wanted.get(fact.webinarId) ?? noEvents);
    return { accepted: facts.map(({ factId }) => factId), fresh };
  });
}

const noEvents: ReadonlySet<string> = new Set();

/** Tell of a stay that began or ended, when it is a registrant's. */
async function tellOfStay(
  db: Executor,
  event: "attendance.joined" | "attendance.left",
  stay: typeof attendanceIntervals.$inferSelect | undefined,
): Promise<void> {
  if (!stay) return;
  const [person] = await db.select().from(registrations).where(eq(registrations.id, stay.participantId));
  if (!person) return;
  const { id, email, name } = person;
  await queueWebhooks(db, stay.webinarId, [
    {
      event,
      registrationId: id,
      data: {
        registration: { id, email, name },
        stay: {
          id: stay.id,
          delivery: stay.delivery,
          joinedAt: stay.joinedAt.toISOString(),
          leftAt: stay.leftAt?.toISOString() ?? null,
        },
      },
    },
  ]);
}

async function store(db: Executor, fact: Fact, wanted: ReadonlySet<string>): Promise<void> {
  if (fact.type === "attendance.opened") {
    const { intervalId, webinarId, participantId, admissionId, role, delivery, nodeId } = fact;
    // A fact about a webinar that was deleted meanwhile is stored nowhere and still accepted.
    const [webinar] = await db.select({ id: webinars.id }).from(webinars).where(eq(webinars.id, webinarId));
    if (!webinar) return;
    const [stay] = await db
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
      .onConflictDoNothing()
      .returning();
    if (wanted.has("attendance.joined")) await tellOfStay(db, "attendance.joined", stay);
  } else if (fact.type === "attendance.closed") {
    const [stay] = await db
      .update(attendanceIntervals)
      .set({
        leftAt: sql`greatest(${attendanceIntervals.joinedAt}, ${new Date(fact.at).toISOString()}::timestamptz)`,
        reason: fact.reason,
      })
      // A node that was only cut off comes back and knows better than we did.
      .where(
        and(
          eq(attendanceIntervals.id, fact.intervalId),
          or(isNull(attendanceIntervals.leftAt), eq(attendanceIntervals.reason, nodeLost)),
        ),
      )
      .returning();
    if (wanted.has("attendance.left")) await tellOfStay(db, "attendance.left", stay);
  } else if (fact.type === "attendance.moved") {
    await db
      .update(attendanceIntervals)
      .set({ delivery: fact.delivery })
      .where(eq(attendanceIntervals.id, fact.intervalId));
  } else if (fact.type === "attendance.path") {
    await db
      .update(attendanceIntervals)
      .set({ path: fact.path, pathReason: fact.reason })
      .where(eq(attendanceIntervals.id, fact.intervalId));
  } else if (fact.type === "recording.ready") {
    await saveRecording(db, {
      webinarId: fact.webinarId,
      path: fact.path,
      durationMs: fact.durationMs,
      bytes: fact.bytes,
      startedAt: fact.startedAt === undefined ? null : new Date(fact.startedAt),
      chapters: fact.chapters,
    });
  } else if (fact.type === "recording.storyboard") {
    await noteStoryboard(db, fact.webinarId, new Date(fact.at));
  } else if (fact.type === "recording.track") {
    const { trackId: id, webinarId, participantId, name, source, file, offsetMs, durationMs, bytes } = fact;
    const [webinar] = await db.select({ id: webinars.id }).from(webinars).where(eq(webinars.id, webinarId));
    if (webinar)
      await saveTrack(db, { id, webinarId, participantId, name, source, file, offsetMs, durationMs, bytes });
  }
}

/** Lives of nodes (`{nodeId}/{epoch}`) that somebody is still counted on. */
export async function listOpenLives(db: Executor): Promise<string[]> {
  const rows = await db
    .select({ nodeId: attendanceIntervals.nodeId })
    .from(attendanceIntervals)
    .where(isNull(attendanceIntervals.leftAt))
    .groupBy(attendanceIntervals.nodeId);
  return rows.map(({ nodeId }) => nodeId);
}

/** End the stays on a node's life that is over, when it was last seen: one that was killed cannot say so. Answers how many. */
export async function closeLostStays(db: Executor, life: string, lastSeen: Date): Promise<number> {
  return db.transaction(async (tx) => {
    const closed = await tx
      .update(attendanceIntervals)
      .set({
        leftAt: sql`greatest(${attendanceIntervals.joinedAt}, ${lastSeen.toISOString()}::timestamptz)`,
        reason: nodeLost,
      })
      .where(and(isNull(attendanceIntervals.leftAt), eq(attendanceIntervals.nodeId, life)))
      .returning();
    const wanted = await wantedEvents(tx, [...new Set(closed.map(({ webinarId }) => webinarId))]);
    for (const stay of closed)
      if (wanted.get(stay.webinarId)?.has("attendance.left")) await tellOfStay(tx, "attendance.left", stay);
    return closed.length;
  });
}

/** Interactive seats in use now by anyone but `except`. */
export async function countSeated(db: Executor, webinarId: string, except: string[] = []): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(distinct ${attendanceIntervals.participantId})::int` })
    .from(attendanceIntervals)
    .where(
      and(
        eq(attendanceIntervals.webinarId, webinarId),
        eq(attendanceIntervals.delivery, "webrtc"),
        eq(attendanceIntervals.role, "attendee"),
        isNull(attendanceIntervals.leftAt),
        except.length > 0 ? notInArray(attendanceIntervals.participantId, except) : undefined,
      ),
    );
  return row?.count ?? 0;
}

/** Forget facts that no node will send again. */
export async function deleteOldFacts(db: Executor, now: Date): Promise<void> {
  await db.delete(acceptedFacts).where(lt(acceptedFacts.createdAt, new Date(now.getTime() - factMemoryMs)));
}

export type NotedAdmission = typeof admissions.$inferInsert;

/** Note what people who were let in came with: one parameter, however many they are. */
export async function recordAdmissions(db: Executor, noted: readonly NotedAdmission[]): Promise<void> {
  if (noted.length === 0) return;
  await db.execute(sql`
    insert into admissions (id, webinar_id, participant_id, device, browser)
    select id, "webinarId", "participantId", device, browser
    from json_to_recordset(${JSON.stringify(noted)}::text::json)
      as noted (id uuid, "webinarId" uuid, "participantId" uuid, device text, browser text)
    on conflict do nothing`);
}
