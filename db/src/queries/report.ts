import { sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { pageVisits } from "../schema/index.ts";

const asRows = async <Row>(query: Promise<unknown>): Promise<Row[]> => (await query) as Row[];

/** Sources of one webinar and day that are counted by name; what comes beyond is counted as "other". */
const namedSources = 200;

/** Count that a registration page was opened. Nobody can fill the table by making sources up. */
export async function countVisit(db: Executor, webinarId: string, source: string): Promise<void> {
  const day = new Date().toISOString().slice(0, 10);
  const [known] = await asRows<{ named: boolean; sources: number }>(
    db.execute(sql`
      select coalesce(bool_or(source = ${source}), false) as named, count(*)::int as sources
      from page_visits where webinar_id = ${webinarId} and day = ${day}`),
  );
  const name = known?.named || (known?.sources ?? 0) < namedSources ? source : "other";
  await db
    .insert(pageVisits)
    .values({ webinarId, day, source: name })
    .onConflictDoUpdate({
      target: [pageVisits.webinarId, pageVisits.day, pageVisits.source],
      set: { visits: sql`${pageVisits.visits} + 1` },
    });
}

/** Where somebody came from: the campaign's source, else the host of the page that linked here. */
const sourceOf = sql`coalesce(nullif(r.utm->>'utm_source', ''), nullif(split_part(r.referrer, '/', 3), ''), 'direct')`;

/** Who was asked to confirm their address and has not is counted nowhere. */
const counted = sql`(confirm_asked_at is null or confirmed_at is not null)`;

export type Totals = {
  registered: number;
  cancelled: number;
  attended: number;
  /** Stays of attendees: a rejoin is one more. */
  joins: number;
  stayedHalf: number;
  /** Time present while live, ms, of all who attended together. */
  duringMs: number;
};

/** Each attendee's presence while the webinar was live: overlapping stays once. */
const presence = (webinarId: string, now: Date) => sql`
  select a.participant_id,
         range_agg(tstzrange(greatest(a.joined_at, w.live_at),
                             least(coalesce(a.left_at, ${now.toISOString()}::timestamptz), coalesce(w.ended_at, ${now.toISOString()}::timestamptz)))) as spans
  from attendance_intervals a join webinars w on w.id = a.webinar_id
  where a.webinar_id = ${webinarId} and a.role = 'attendee' and w.live_at is not null
    and a.joined_at < coalesce(w.ended_at, ${now.toISOString()}::timestamptz)
    and coalesce(a.left_at, ${now.toISOString()}::timestamptz) > w.live_at
  group by a.participant_id`;

export async function reportTotals(db: Executor, webinarId: string, now: Date): Promise<Totals> {
  const [row] = await asRows<Totals>(
    db.execute(sql`
      with present as (${presence(webinarId, now)}),
      times as (
        select participant_id, (select sum(extract(epoch from upper(s) - lower(s))) from unnest(spans) s) * 1000 as ms from present
      ),
      event as (
        select extract(epoch from coalesce(ended_at, ${now.toISOString()}::timestamptz) - live_at) * 1000 as ms from webinars where id = ${webinarId}
      )
      select (select count(*)::int from registrations r join webinars w on w.id = r.webinar_id
               where r.webinar_id = ${webinarId} and r.status not in ('cancelled', 'unconfirmed') and r.created_at <= coalesce(w.ended_at, r.created_at)) as registered,
             (select count(*)::int from registrations where webinar_id = ${webinarId} and status = 'cancelled' and ${counted}) as cancelled,
             (select count(distinct participant_id)::int from attendance_intervals where webinar_id = ${webinarId} and role = 'attendee') as attended,
             (select count(*)::int from attendance_intervals where webinar_id = ${webinarId} and role = 'attendee') as joins,
             (select count(*)::int from times, event where times.ms * 2 >= event.ms) as "stayedHalf",
             (select coalesce(round(sum(ms)), 0)::float8 from times) as "duringMs"`),
  );
  return row ?? { registered: 0, cancelled: 0, attended: 0, joins: 0, stayedHalf: 0, duringMs: 0 };
}

/** Registrations and page visits per day, in the webinar's time zone; visits by UTC day. */
export async function countByDay(
  db: Executor,
  webinarId: string,
  timeZone: string,
): Promise<{ day: string; registrations: number; visits: number }[]> {
  return asRows(
    db.execute(sql`
      select day::text, sum(registrations)::int as registrations, sum(visits)::int as visits from (
        select (created_at at time zone ${timeZone})::date as day, count(*) as registrations, 0 as visits
        from registrations where webinar_id = ${webinarId} and ${counted} group by 1
        union all
        select day, 0, sum(visits) from page_visits where webinar_id = ${webinarId} group by 1
      ) both_kinds group by day order by day`),
  );
}

/** The largest sources with what became of whom they brought. */
export async function countBySource(
  db: Executor,
  webinarId: string,
  limit: number,
): Promise<{ source: string; visits: number; registered: number; attended: number }[]> {
  return asRows(
    db.execute(sql`
      select source, sum(visits)::int as visits, sum(registered)::int as registered, sum(attended)::int as attended from (
        select ${sourceOf} as source, 0 as visits, count(*) as registered,
               count(*) filter (where exists (select 1 from attendance_intervals a where a.webinar_id = r.webinar_id and a.participant_id = r.id)) as attended
        from registrations r where r.webinar_id = ${webinarId} and ${counted} group by 1
        union all
        select source, sum(visits), 0, 0 from page_visits where webinar_id = ${webinarId} group by 1
      ) both_kinds group by source order by registered desc, visits desc, source limit ${limit}`),
  );
}

/**
 * How many attendees there were at the beginning of each of `points` equal parts of the time it was live, and how many were
 * there most at one moment. Overlapping stays of one person count once.
 */
export async function audienceCurve(
  db: Executor,
  webinarId: string,
  { points, now }: { points: number; now: Date },
): Promise<{ present: number[]; peak: number }> {
  const rows = await asRows<{ step: number; change: number }>(
    db.execute(sql`
      with present as (${presence(webinarId, now)}),
      spans as (select lower(s) as joined, upper(s) as gone from present, unnest(spans) s),
      event as (
        select live_at, greatest(extract(epoch from coalesce(ended_at, ${now.toISOString()}::timestamptz) - live_at), 0.001) / ${points}::float8 as step
        from webinars where id = ${webinarId}
      )
      select step::int, sum(change)::int as change from (
        select ceil(extract(epoch from joined - live_at) / event.step) as step, 1 as change from spans, event
        union all
        select ceil(extract(epoch from gone - live_at) / event.step), -1 from spans, event
      ) changes group by 1 order by 1`),
  );
  const present = Array.from({ length: points }, () => 0);
  let count = 0;
  let next = 0;
  for (let step = 0; step < points; step++) {
    for (; next < rows.length && (rows[next]?.step ?? 0) <= step; next++) count += rows[next]?.change ?? 0;
    present[step] = count;
  }
  return { present, peak: await peakAudience(db, webinarId, now) };
}

/** The most attendees at one moment while it was live. */
export async function peakAudience(db: Executor, webinarId: string, now: Date): Promise<number> {
  const [row] = await asRows<{ peak: number }>(
    db.execute(sql`
      with present as (${presence(webinarId, now)}),
      spans as (select lower(s) as joined, upper(s) as gone from present, unnest(spans) s),
      changes as (select joined as at, 1 as change from spans union all select gone, -1 from spans)
      select coalesce(max(count), 0)::int as peak from (select sum(change) over (order by at, change) as count from changes) counts`),
  );
  return row?.peak ?? 0;
}

export type Share = { kind: string; count: number };

/** Attendees by how the picture reached them last, and by what they came with last. */
export async function countReach(
  db: Executor,
  webinarId: string,
): Promise<{ deliveries: Share[]; paths: Share[]; devices: Share[]; browsers: Share[] }> {
  const latest = (column: "delivery" | "path") => sql`
    select kind, count(*)::int from (
      select distinct on (participant_id) ${sql.identifier(column)} as kind from attendance_intervals
      where webinar_id = ${webinarId} and role = 'attendee' and ${sql.identifier(column)} is not null
      order by participant_id, joined_at desc
    ) latest group by kind order by count desc, kind`;
  const device = (column: "device" | "browser") => sql`
    select kind, count(*)::int from (
      select distinct on (a.participant_id) a.${sql.identifier(column)} as kind from admissions a
      where a.webinar_id = ${webinarId}
        and exists (select 1 from registrations r where r.id = a.participant_id)
      order by a.participant_id, a.created_at desc
    ) latest group by kind order by count desc, kind limit 8`;
  const [deliveries, paths, devices, browsers] = await Promise.all([
    asRows<Share>(db.execute(latest("delivery"))),
    asRows<Share>(db.execute(latest("path"))),
    asRows<Share>(db.execute(device("device"))),
    asRows<Share>(db.execute(device("browser"))),
  ]);
  return { deliveries, paths, devices, browsers };
}

/** What was asked and said, in all. */
export async function countInteraction(
  db: Executor,
  webinarId: string,
): Promise<{
  asked: number;
  answered: number;
  upvotes: number;
  chat: number;
  hands: number;
  pollsOpened: number;
}> {
  const [row] = await asRows<Awaited<ReturnType<typeof countInteraction>>>(
    db.execute(sql`
      select (select count(*)::int from questions where webinar_id = ${webinarId} and status <> 'dismissed') as asked,
             (select count(*)::int from questions where webinar_id = ${webinarId} and status = 'answered') as answered,
             (select count(*)::int from upvotes u join questions q on q.id = u.question_id where q.webinar_id = ${webinarId}) as upvotes,
             (select count(*)::int from chat_messages where webinar_id = ${webinarId}) as chat,
             (select count(*)::int from hands where webinar_id = ${webinarId}) as hands,
             (select count(*)::int from polls where webinar_id = ${webinarId} and opened_at is not null) as "pollsOpened"`),
  );
  return row ?? { asked: 0, answered: 0, upvotes: 0, chat: 0, hands: 0, pollsOpened: 0 };
}
