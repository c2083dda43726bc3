import { type SQL, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";

/**
 * Rows for exports that do not fit in memory, in pages by key. No transaction stays open meanwhile: a download over a slow
 * line must not hold a connection, nor keep the database from cleaning up.
 */
const pageSize = 5000;

/** Sorts after everything before it and names each row once; times in epoch ms. */
type Keyed = { at: number; id: string };

async function* pages<Row extends Keyed>(
  db: Executor,
  select: (after: Keyed | undefined) => SQL,
): AsyncGenerator<Row> {
  let after: Keyed | undefined;
  for (;;) {
    const rows = (await db.execute(select(after))) as unknown as Row[];
    yield* rows;
    after = rows.at(-1);
    if (!after || rows.length < pageSize) return;
  }
}

const ms = (column: SQL): SQL => sql`round(extract(epoch from ${column}) * 1000)::float8`;
const from = (after: Keyed | undefined, at: SQL, id: SQL): SQL =>
  after
    ? sql`and (${at}, ${id} collate "C") > (to_timestamp(${after.at}::float8 / 1000), ${after.id}::text)`
    : sql``;

/** Name, address and role of a participant, whoever it is. */
const person = sql`coalesce(r.name, p.name, u.name, '') as name, coalesce(r.email, p.email, u.email, '') as email,
  case when r.id is not null then 'attendee' when p.id is not null then 'panelist' when u.id is not null then 'host' else '' end as role`;
const people = (participant: SQL): SQL => sql`
  left join registrations r on r.id = ${participant}
  left join panelists p on p.id = ${participant}
  left join users u on u.id = ${participant}`;

type Person = { participantId: string; name: string; email: string; role: string };

export type VoteRow = Keyed & Person & { pollId: string; optionId: string; option: string };

/** Votes in the order they came, of one poll or of all. */
export const streamVotes = (db: Executor, webinarId: string, pollId?: string): AsyncGenerator<VoteRow> =>
  pages(
    db,
    (after) => sql`
      select ${ms(sql`v.created_at`)} as at, v.poll_id || ':' || v.participant_id as id,
             v.poll_id as "pollId", v.option_id as "optionId", o.text as option,
             v.participant_id as "participantId", ${person}
      from votes v
      join polls q on q.id = v.poll_id
      join poll_options o on o.id = v.option_id
      ${people(sql`v.participant_id`)}
      where q.webinar_id = ${webinarId} ${pollId ? sql`and q.id = ${pollId}` : sql``}
        ${from(after, sql`v.created_at`, sql`(v.poll_id || ':' || v.participant_id)`)}
      order by v.created_at, (v.poll_id || ':' || v.participant_id) collate "C" limit ${pageSize}`,
  );

export type QuestionRow = Keyed &
  Person & { text: string; status: string; upvotes: number; answeredAt: number | null };

/** Every question that was asked, the dismissed ones too. */
export const streamQuestions = (db: Executor, webinarId: string): AsyncGenerator<QuestionRow> =>
  pages(
    db,
    (after) => sql`
      select ${ms(sql`q.created_at`)} as at, q.id::text as id, q.text, q.status,
             ${ms(sql`q.answered_at`)} as "answeredAt",
             (select count(*)::int from upvotes where question_id = q.id) as upvotes,
             q.participant_id as "participantId", ${person}
      from questions q ${people(sql`q.participant_id`)}
      where q.webinar_id = ${webinarId} ${from(after, sql`q.created_at`, sql`q.id::text`)}
      order by q.created_at, q.id::text collate "C" limit ${pageSize}`,
  );

export type ChatRow = Keyed & Person & { text: string };

export const streamChat = (db: Executor, webinarId: string): AsyncGenerator<ChatRow> =>
  pages(
    db,
    (after) => sql`
      select ${ms(sql`c.created_at`)} as at, c.id::text as id, c.text, c.participant_id as "participantId", ${person}
      from chat_messages c ${people(sql`c.participant_id`)}
      where c.webinar_id = ${webinarId} ${from(after, sql`c.created_at`, sql`c.id::text`)}
      order by c.created_at, c.id::text collate "C" limit ${pageSize}`,
  );

export type StageStay = {
  role: "host" | "panelist";
  name: string;
  email: string;
  joinedAt: number;
  leftAt: number | null;
};

/** Stays of hosts and panelists, oldest first. */
export async function listStageStays(db: Executor, webinarId: string): Promise<StageStay[]> {
  return (await db.execute(sql`
    select a.role, coalesce(p.name, u.name, '') as name, coalesce(p.email, u.email, '') as email,
           ${ms(sql`a.joined_at`)} as "joinedAt", ${ms(sql`a.left_at`)} as "leftAt"
    from attendance_intervals a
    left join panelists p on p.id = a.participant_id
    left join users u on u.id = a.participant_id
    where a.webinar_id = ${webinarId} and a.role in ('host', 'panelist')
    order by a.joined_at, a.id`)) as unknown as StageStay[];
}

export type EventRow = Keyed & {
  type: string;
  participantId: string | null;
  role: string | null;
  delivery: string | null;
  subjectId: string | null;
  detail: string | null;
};

/** Everything that happened, in order: enough to recompute every figure of the other exports. */
export const streamEvents = (db: Executor, webinarId: string): AsyncGenerator<EventRow> =>
  pages(
    db,
    (after) => sql`
      select ${ms(sql`at`)} as at, id, type, participant_id as "participantId", role, delivery, subject_id as "subjectId", detail
      from (${events(sql`${webinarId}::uuid`)}) e
      where at is not null ${from(after, sql`at`, sql`id`)}
      order by at, id collate "C" limit ${pageSize}`,
  );

/** One select per kind of event; ids begin with the kind, so that they are unique among all. */
function events(webinar: SQL): SQL {
  const nobody = sql`null::uuid as participant_id, null as role, null as delivery`;
  const kinds: SQL[] = [
    sql`select starts_at as at, 'webinar.scheduled' as type, 'webinar.scheduled:' || id as id, ${nobody}, id::text as subject_id, title as detail from webinars where id = ${webinar}`,
    sql`select created_at, 'webinar.weights', 'webinar.weights:' || id, ${nobody}, id::text, engagement_weights::text from webinars where id = ${webinar}`,
    sql`select live_at, 'webinar.live', 'webinar.live:' || id, ${nobody}, id::text, null from webinars where id = ${webinar}`,
    sql`select ended_at, 'webinar.ended', 'webinar.ended:' || id, ${nobody}, id::text, null from webinars where id = ${webinar}`,
    sql`select created_at, 'registration.created', 'registration.created:' || id, id, 'attendee', null, id::text, status from registrations where webinar_id = ${webinar}`,
    sql`select joined_at, 'stay.opened', 'stay.opened:' || id, participant_id, role, delivery, id::text, path from attendance_intervals where webinar_id = ${webinar}`,
    sql`select left_at, 'stay.closed', 'stay.closed:' || id, participant_id, role, delivery, id::text, reason from attendance_intervals where webinar_id = ${webinar}`,
    sql`select created_at, 'question.asked', 'question.asked:' || id, participant_id, null, null, id::text, text from questions where webinar_id = ${webinar} and status <> 'dismissed'`,
    sql`select created_at, 'question.dismissed', 'question.dismissed:' || id, participant_id, null, null, id::text, text from questions where webinar_id = ${webinar} and status = 'dismissed'`,
    sql`select answered_at, 'question.answered', 'question.answered:' || id, ${nobody}, id::text, null from questions where webinar_id = ${webinar} and status = 'answered'`,
    sql`select v.created_at, 'question.upvoted', 'question.upvoted:' || v.question_id || ':' || v.participant_id, v.participant_id, null, null, v.question_id::text, null from upvotes v join questions q on q.id = v.question_id where q.webinar_id = ${webinar}`,
    sql`select opened_at, 'poll.opened', 'poll.opened:' || id, ${nobody}, id::text, question from polls where webinar_id = ${webinar}`,
    sql`select closed_at, 'poll.closed', 'poll.closed:' || id, ${nobody}, id::text, null from polls where webinar_id = ${webinar}`,
    sql`select v.created_at, 'poll.voted', 'poll.voted:' || v.poll_id || ':' || v.participant_id, v.participant_id, null, null, v.poll_id::text, o.text from votes v join polls p on p.id = v.poll_id join poll_options o on o.id = v.option_id where p.webinar_id = ${webinar}`,
    sql`select raised_at, 'hand.raised', 'hand.raised:' || id, participant_id, null, null, id::text, null from hands where webinar_id = ${webinar}`,
    sql`select invited_at, 'hand.invited', 'hand.invited:' || id, participant_id, null, null, id::text, null from hands where webinar_id = ${webinar}`,
    sql`select accepted_at, 'hand.accepted', 'hand.accepted:' || id, participant_id, null, null, id::text, null from hands where webinar_id = ${webinar}`,
    sql`select lowered_at, 'hand.lowered', 'hand.lowered:' || id, participant_id, null, null, id::text, null from hands where webinar_id = ${webinar}`,
    sql`select created_at, 'chat.posted', 'chat.posted:' || id, participant_id, null, null, id::text, text from chat_messages where webinar_id = ${webinar}`,
    sql`select created_at, 'replay.watched', 'replay.watched:' || id, viewer_id, null, null, id::text, from_ms || '-' || to_ms from replay_spans where webinar_id = ${webinar}`,
  ];
  return sql.join(kinds, sql` union all `);
}

export type ActivityCounts = {
  pollsAnswered: number;
  questionsAsked: number;
  upvotesGiven: number;
  chatMessages: number;
  handsRaised: number;
};
export const noActivity: ActivityCounts = {
  pollsAnswered: 0,
  questionsAsked: 0,
  upvotesGiven: 0,
  chatMessages: 0,
  handsRaised: 0,
};

/** What each participant did besides being there; who did nothing is not in the answer. */
export async function countActivity(
  db: Executor,
  webinarId: string,
  participants: string[],
): Promise<Map<string, ActivityCounts>> {
  if (participants.length === 0) return new Map();
  const those = sql`participant_id = any(${`{${participants.join(",")}}`}::uuid[])`;
  const ofPolls = sql`poll_id in (select id from polls where webinar_id = ${webinarId})`;
  const ofQuestions = sql`question_id in (select id from questions where webinar_id = ${webinarId})`;
  const rows = (await db.execute(sql`
    select participant_id as id, 'pollsAnswered' as kind, count(*)::int as count from votes where ${ofPolls} and ${those} group by 1
    union all
    select participant_id, 'questionsAsked', count(*)::int from questions where webinar_id = ${webinarId} and status <> 'dismissed' and ${those} group by 1
    union all
    select participant_id, 'upvotesGiven', count(*)::int from upvotes where ${ofQuestions} and ${those} group by 1
    union all
    select participant_id, 'chatMessages', count(*)::int from chat_messages where webinar_id = ${webinarId} and ${those} group by 1
    union all
    select participant_id, 'handsRaised', count(*)::int from hands where webinar_id = ${webinarId} and ${those} group by 1
  `)) as unknown as { id: string; kind: keyof ActivityCounts; count: number }[];
  const counts = new Map<string, ActivityCounts>();
  for (const { id, kind, count } of rows)
    counts.set(id, { ...(counts.get(id) ?? noActivity), [kind]: count });
  return counts;
}
