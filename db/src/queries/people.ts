import { type SQL, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";

const rowsOf = async <Row>(query: Promise<unknown>): Promise<Row[]> => (await query) as Row[];
const ms = (column: SQL): SQL => sql`round(extract(epoch from ${column}) * 1000)::float8`;
export const uuids = (ids: readonly string[]): SQL => sql`${`{${ids.join(",")}}`}::uuid[]`;

/** One place where an address is known: as a registrant or as a panelist of one webinar. */
export type Trace = {
  kind: "registrant" | "panelist";
  /** The participant's id in that webinar. */
  id: string;
  webinarId: string;
  slug: string;
  title: string;
  phase: "draft" | "scheduled" | "green-room" | "live" | "ended";
  startsAt: number;
  name: string;
  email: string;
  since: number;
};

/** Everywhere an address (normalised) is known within an organisation; nothing of other organisations. */
export async function findTraces(db: Executor, organisationId: string, emailKey: string): Promise<Trace[]> {
  const webinar = sql`w.id as "webinarId", w.slug, w.title, w.phase, ${ms(sql`w.starts_at`)} as "startsAt"`;
  return rowsOf(
    db.execute(sql`
      select 'registrant' as kind, r.id, ${webinar}, r.name, r.email, ${ms(sql`r.created_at`)} as since
      from registrations r join webinars w on w.id = r.webinar_id
      where w.organisation_id = ${organisationId} and r.email_key = ${emailKey} and r.erased_at is null
      union all
      select 'panelist', p.id, ${webinar}, p.name, p.email, ${ms(sql`p.created_at`)}
      from panelists p join webinars w on w.id = p.webinar_id
      where w.organisation_id = ${organisationId} and p.email = ${emailKey} and p.erased_at is null
      order by "startsAt", kind`),
  );
}

export type TraceCounts = {
  stays: number;
  questions: number;
  chat: number;
  votes: number;
  hands: number;
  mails: number;
};

/** How much is stored about these participants, in all. */
export async function countTraces(
  db: Executor,
  who: { ids: string[]; webinarIds: string[]; emailKey: string },
): Promise<TraceCounts> {
  const ids = uuids(who.ids);
  const [row] = await rowsOf<TraceCounts>(
    db.execute(sql`
      select (select count(*)::int from attendance_intervals where participant_id = any(${ids})) as stays,
             (select count(*)::int from questions where participant_id = any(${ids})) as questions,
             (select count(*)::int from chat_messages where participant_id = any(${ids})) as chat,
             (select count(*)::int from votes where participant_id = any(${ids})) as votes,
             (select count(*)::int from hands where participant_id = any(${ids})) as hands,
             (select count(*)::int from mail_outbox where ${theirMail(who)}) as mails`),
  );
  return row ?? { stays: 0, questions: 0, chat: 0, votes: 0, hands: 0, mails: 0 };
}

/** Mails to them: as a registrant by the row, as a panelist by the address. */
export const theirMail = (who: { ids: string[]; webinarIds: string[]; emailKey: string }): SQL => sql`(
  registration_id = any(${uuids(who.ids)})
  or (webinar_id = any(${uuids(who.webinarIds)}) and lower(btrim(recipient)) = ${who.emailKey}))`;

type Json = Record<string, unknown>;

/** Whether somebody has an account in this organisation. */
export async function findMember(
  db: Executor,
  organisationId: string,
  emailKey: string,
): Promise<{ name: string; email: string; role: string; since: number } | undefined> {
  const [row] = await rowsOf<{ name: string; email: string; role: string; since: number }>(
    db.execute(sql`
      select u.name, u.email, m.role, ${ms(sql`u.created_at`)} as since
      from users u join memberships m on m.user_id = u.id
      where m.organisation_id = ${organisationId} and lower(u.email) = ${emailKey}`),
  );
  return row;
}

/** Everything that is stored about one participant of one webinar, ready to be written as JSON; times in ISO 8601. */
export async function collectTrace(db: Executor, trace: Trace, emailKey: string): Promise<Json> {
  const { id, webinarId } = trace;
  const all = (query: SQL): Promise<Json[]> => rowsOf(db.execute(query));
  const who = { ids: [id], webinarIds: [webinarId], emailKey };
  const [registration] = await all(sql`
    select id, email, name, status, status_reason, waitlist_position, answer_until, confirm_asked_at, confirmed_at, confirmed_text, utm, referrer, origin, unsubscribed_at, bounced_at, bounce_reason, created_at as registered_at
    from registrations where id = ${id}`);
  return {
    registration: registration ?? null,
    answers: await all(sql`
      select f.label as question, a.value as answer
      from registrations r cross join lateral jsonb_each_text(r.answers) a
      left join form_fields f on f.id::text = a.key where r.id = ${id} order by f.position, a.key`),
    consents: await all(sql`
      select t.version, t.text, c.agreed_at, c.confirmed_at from consents c join consent_texts t on t.id = c.consent_text_id
      where c.registration_id = ${id} order by t.version`),
    panelist:
      (
        await all(
          sql`select id, email, name, role, created_at as invited_at, accepted_at, declined_at, revoked_at from panelists where id = ${id}`,
        )
      )[0] ?? null,
    attendance: await all(sql`
      select joined_at, left_at, role, delivery, reason, path, path_reason from attendance_intervals
      where participant_id = ${id} order by joined_at, id`),
    devices: await all(sql`
      select device, browser, created_at as at from admissions where participant_id = ${id} order by created_at, id`),
    questions: await all(sql`
      select id, text, status, answered_at, created_at as asked_at from questions where participant_id = ${id} order by created_at, id`),
    upvotes: await all(sql`
      select question_id, created_at as at from upvotes where participant_id = ${id} order by created_at`),
    votes: await all(sql`
      select p.question as poll, o.text as option, v.created_at as at
      from votes v join polls p on p.id = v.poll_id join poll_options o on o.id = v.option_id
      where v.participant_id = ${id} order by v.created_at`),
    hands: await all(
      sql`select raised_at, lowered_at from hands where participant_id = ${id} order by raised_at`,
    ),
    chat: await all(sql`
      select id, text, created_at as sent_at from chat_messages where participant_id = ${id} order by created_at, id`),
    mails: await all(sql`
      select kind, recipient, created_at as queued_at, sent_at, failed_at, error, delivered_at, bounced_at, opened_at,
             proxy_opened_at, clicked_at from mail_outbox
      where ${theirMail(who)} order by created_at, id`),
  };
}
