import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { panelists, registrations } from "../schema/index.ts";
import { erasedName, erasedText, eraseMentions, type Mentioned } from "./erase-mentions.ts";
import { queueErasedExports } from "./export-runs.ts";
import { theirMail, uuids } from "./people.ts";
import { lockSeats, promote, type Seating } from "./registration-seats.ts";
import { requestResync } from "./resyncs.ts";

export { erasedName };

/** A domain that can never get mail (RFC 2606 §2); unique, so that each registration stays one. */
const placeholder = (id: SQL): SQL => sql`'erased-' || ${id} || '@erased.invalid'`;

/** Participants of one webinar to be erased. */
export type Erasure = { webinarId: string; registrationIds: string[]; panelistIds: string[] };

/**
 * Forget who these people were: names, addresses, answers, what they wrote, their links and mails. Rows stay under
 * placeholders, so that every total stays what it was: registered, attended, minutes, votes per option. Before the event
 * they give back their places to those who wait. Whoever is in the room is out of it once it is read again, which is
 * requested in the same transaction. Doing it again changes nothing. Answers how many were erased.
 */
export async function eraseParticipants(
  db: Executor,
  { webinarId, registrationIds, panelistIds }: Erasure,
  seating: Seating,
): Promise<number> {
  return db.transaction(async (tx) => {
    await lockSeats(tx, webinarId, "update");
    const people = await mentionsOf(tx, { webinarId, registrationIds, panelistIds });
    const erased = await eraseRows(tx, { webinarId, registrationIds, panelistIds });
    if (erased === 0) return 0;
    await eraseWords(tx, webinarId, [...registrationIds, ...panelistIds]);
    await eraseCalls(tx, webinarId, [...registrationIds, ...panelistIds]);
    for (const person of people) {
      const who = { ids: registrationIds, webinarIds: [webinarId], emailKey: person.emailKey };
      await tx.execute(sql`delete from mail_outbox where ${theirMail(who)}`);
      await eraseMentions(tx, webinarId, person);
    }
    await queueErasedExports(tx, webinarId);
    if (await isAhead(tx, webinarId)) await promote(tx, webinarId, seating);
    await requestResync(tx, webinarId);
    return erased;
  });
}

/**
 * The same for many of a webinar that is over. Their mails and what others wrote about them go in `finishPurge`. Answers how
 * many were erased, and their addresses.
 */
export async function eraseRetained(
  db: Executor,
  people: Erasure,
): Promise<{ count: number; addresses: string[] }> {
  const { webinarId, registrationIds, panelistIds } = people;
  return db.transaction(async (tx) => {
    await lockSeats(tx, webinarId, "update");
    const named = await mentionsOf(tx, people);
    const count = await eraseRows(tx, people);
    await eraseWords(tx, webinarId, [...registrationIds, ...panelistIds]);
    // Who spoke is named in chapters and captions; everybody's name in everything would be too much at once.
    for (const person of named.filter(({ invited }) => invited)) await eraseMentions(tx, webinarId, person);
    await requestResync(tx, webinarId);
    return { count, addresses: [...new Set(named.map(({ emailKey }) => emailKey))] };
  });
}

/** Mails and calls of a webinar whose people have all been erased, and addresses that are left in what its hosts wrote. */
export async function finishPurge(db: Executor, webinarId: string): Promise<void> {
  const address = '[^\\s<>"(),;:@]+@[^\\s<>"(),;:@]+';
  await db.transaction(async (tx) => {
    await tx.execute(sql`delete from mail_outbox where webinar_id = ${webinarId}`);
    await tx.execute(sql`delete from webhook_outbox where webinar_id = ${webinarId}`);
    for (const table of ["questions", "chat_messages", "caption_lines"])
      await tx.execute(sql`
        update ${sql.identifier(table)} set text = regexp_replace(text, ${address}, ${erasedText}, 'g')
        where webinar_id = ${webinarId} and position('@' in text) > 0`);
    await queueErasedExports(tx, webinarId);
  });
}

async function isAhead(tx: Executor, webinarId: string): Promise<boolean> {
  const rows = (await tx.execute(sql`
    select 1 from webinars where id = ${webinarId} and phase in ('draft', 'scheduled', 'green-room')`)) as unknown as unknown[];
  return rows.length > 0;
}

async function mentionsOf(tx: Executor, who: Erasure): Promise<Mentioned[]> {
  const known = await tx
    .select({ emailKey: registrations.emailKey, name: registrations.name })
    .from(registrations)
    .where(and(inArray(registrations.id, who.registrationIds), isNull(registrations.erasedAt)));
  const guests = await tx
    .select({ emailKey: panelists.email, name: panelists.name })
    .from(panelists)
    .where(and(inArray(panelists.id, who.panelistIds), isNull(panelists.erasedAt)));
  return [
    ...known.map((person) => ({ ...person, invited: false })),
    ...guests.map((person) => ({ ...person, invited: true })),
  ];
}

async function eraseRows(
  tx: Executor,
  { webinarId, registrationIds, panelistIds }: Erasure,
): Promise<number> {
  const people = (await tx.execute(sql`
    update registrations r set
      email = ${placeholder(sql`r.id`)}, email_key = ${placeholder(sql`r.id`)}, name = ${erasedName}, answers = '{}',
      utm = coalesce((select jsonb_object_agg(key, value) from jsonb_each_text(r.utm)
        where key in ('utm_source', 'utm_medium', 'utm_campaign')
          and position(r.email_key in lower(value)) = 0 and position(lower(r.name) in lower(value)) = 0), '{}'),
      referrer = coalesce(substring(r.referrer from '^https?://[^/]+'), ''), status_reason = '', bounce_reason = '',
      status = case when w.phase in ('draft', 'scheduled', 'green-room') and r.status in ('registered', 'pending', 'waitlisted')
        or r.status in ('offered', 'unconfirmed') then 'cancelled' else r.status end,
      holds_seat = false,
      unsubscribed_at = coalesce(r.unsubscribed_at, now()), erased_at = now()
    from webinars w
    where w.id = r.webinar_id and r.webinar_id = ${webinarId} and r.id = any(${uuids(registrationIds)}) and r.erased_at is null
    returning r.id`)) as unknown as unknown[];
  const guests = (await tx.execute(sql`
    update panelists p set email = ${placeholder(sql`p.id`)}, name = ${erasedName}, token_hash = 'erased-' || p.id, erased_at = now()
    where p.webinar_id = ${webinarId} and p.id = any(${uuids(panelistIds)}) and p.erased_at is null
    returning p.id`)) as unknown as unknown[];
  return people.length + guests.length;
}

async function eraseWords(tx: Executor, webinarId: string, participants: string[]): Promise<void> {
  const theirs = sql`webinar_id = ${webinarId} and participant_id = any(${uuids(participants)})`;
  await tx.execute(sql`delete from join_tokens where registration_id = any(${uuids(participants)})`);
  await tx.execute(sql`update questions set name = ${erasedName}, text = ${erasedText} where ${theirs}`);
  await tx.execute(sql`update chat_messages set name = ${erasedName}, text = ${erasedText} where ${theirs}`);
  await tx.execute(sql`update recording_tracks set name = ${erasedName} where ${theirs}`);
  await tx.execute(sql`update hands set name = ${erasedName} where ${theirs}`);
  await tx.execute(sql`update attendance_intervals set path_reason = null where ${theirs}`);
}

/** What other systems were told of them or told us, with what they answered; and kept answers to API calls. */
async function eraseCalls(tx: Executor, webinarId: string, participants: string[]): Promise<void> {
  const named = (text: SQL) =>
    sql`exists (select 1 from unnest(${uuids(participants)}) as who where position(who::text in ${text}) > 0)`;
  await tx.execute(sql`
    delete from webhook_outbox where webinar_id = ${webinarId}
      and (registration_id = any(${uuids(participants)}) or ${named(sql`payload::text`)})`);
  await tx.execute(sql`delete from idempotency_keys where answer is not null and ${named(sql`answer`)}`);
}

/** Sign-in links of an address that has no account, and the mails that brought them: nobody needs them. */
export async function forgetSignIns(db: Executor, emailKey: string): Promise<void> {
  await db.execute(sql`
    delete from mail_outbox where webinar_id is null and lower(btrim(recipient)) = ${emailKey}
      and not exists (select 1 from users where lower(email) = ${emailKey})`);
  await db.execute(sql`
    delete from magic_links where lower(btrim(email)) = ${emailKey}
      and not exists (select 1 from users where lower(email) = ${emailKey})`);
}

/** Why a participant may not be there any more, whatever token they hold. `host`: a host removed them. */
export type Outness = "erased" | "host" | "unregistered";

/** Whether a participant may still be where a token of theirs leads; undefined: yes. Members are not looked up. */
export async function whyOut(db: Executor, participantId: string): Promise<Outness | undefined> {
  const [row] = (await db.execute(sql`
    select case when erased_at is not null then 'erased' when removed_at is not null then 'host' else 'unregistered' end as why
    from registrations where id = ${participantId}
      and (erased_at is not null or removed_at is not null or status <> 'registered')
    union all select case when erased_at is not null then 'erased' else 'unregistered' end
    from panelists where id = ${participantId}
      and (erased_at is not null or revoked_at is not null or declined_at is not null)`)) as unknown as {
    why: Outness;
  }[];
  return row?.why;
}

/** At most `limit` registrations and panelists of a webinar that are not erased: what a purge has still to do. */
export async function listUnerased(
  db: Executor,
  webinarId: string,
  limit: number,
): Promise<{ registrationIds: string[]; panelistIds: string[] }> {
  const people = await db
    .select({ id: registrations.id })
    .from(registrations)
    .where(and(eq(registrations.webinarId, webinarId), isNull(registrations.erasedAt)))
    .limit(limit);
  const guests = await db
    .select({ id: panelists.id })
    .from(panelists)
    .where(and(eq(panelists.webinarId, webinarId), isNull(panelists.erasedAt)))
    .limit(limit);
  return { registrationIds: people.map(({ id }) => id), panelistIds: guests.map(({ id }) => id) };
}
