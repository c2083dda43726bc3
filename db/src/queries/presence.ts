import { and, eq, isNotNull, isNull, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { registrations } from "../schema/index.ts";
import { recordAudit } from "./outbox.ts";

export type Present = {
  id: string;
  name: string;
  /** Null: not in the room now. */
  delivery: "webrtc" | "hls" | null;
  since: number | null;
  removedAt: number | null;
};

/** Attendees who are in the room now, and those who were removed from it: those first, then by name. */
export async function listPresent(
  db: Executor,
  look: { webinarId: string; search?: string; limit: number },
): Promise<{ people: Present[]; total: number }> {
  const like = look.search ? `%${look.search.replace(/[\\%_]/g, "\\$&")}%` : "%";
  const rows = (await db.execute(sql`
    with here as (
      select distinct on (participant_id) participant_id, delivery, joined_at from attendance_intervals
      where webinar_id = ${look.webinarId} and left_at is null and role = 'attendee'
      order by participant_id, joined_at desc)
    select r.id, r.name, here.delivery, (extract(epoch from here.joined_at) * 1000)::float8 as since,
      (extract(epoch from r.removed_at) * 1000)::float8 as removed, count(*) over ()::int as total
    from registrations r left join here on here.participant_id = r.id
    where r.webinar_id = ${look.webinarId} and r.erased_at is null and r.name ilike ${like}
      and (r.removed_at is not null or here.participant_id is not null)
    order by r.removed_at is null, lower(r.name), r.id limit ${look.limit}`)) as unknown as {
    id: string;
    name: string;
    delivery: Present["delivery"];
    since: number | null;
    removed: number | null;
    total: number;
  }[];
  const people = rows.map(({ id, name, delivery, since, removed }) => ({
    id,
    name,
    delivery: removed === null ? delivery : null,
    since,
    removedAt: removed,
  }));
  return { people, total: rows[0]?.total ?? 0 };
}

/**
 * A host removes an attendee, or lets them back in; noted in the audit log once. Answers whether it changed anything;
 * undefined: there is nobody like that.
 */
export async function setRemoved(
  db: Executor,
  order: { webinarId: string; registrationId: string; removed: boolean },
  audit: { organisationId: string; actorId: string; subject: (emailKey: string) => string },
): Promise<boolean | undefined> {
  const { webinarId, registrationId, removed } = order;
  return db.transaction(async (tx) => {
    const who = and(
      eq(registrations.id, registrationId),
      eq(registrations.webinarId, webinarId),
      isNull(registrations.erasedAt),
    );
    const [known] = await tx.select({ emailKey: registrations.emailKey }).from(registrations).where(who);
    if (!known) return undefined;
    const changed = await tx
      .update(registrations)
      .set({ removedAt: removed ? new Date() : null })
      .where(and(who, removed ? isNull(registrations.removedAt) : isNotNull(registrations.removedAt)))
      .returning({ id: registrations.id });
    if (changed.length === 0) return false;
    await recordAudit(tx, {
      organisationId: audit.organisationId,
      actorId: audit.actorId,
      action: removed ? "attendee.removed" : "attendee.let-back",
      subject: webinarId,
      details: { person: audit.subject(known.emailKey) },
    });
    return true;
  });
}
