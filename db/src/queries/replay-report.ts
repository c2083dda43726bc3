import { sql } from "drizzle-orm";
import type { Executor } from "../client.ts";

const asRows = async <Row>(query: Promise<unknown>): Promise<Row[]> => (await query) as Row[];

/** What each viewer saw of a recording, each moment once. */
const watched = (webinarId: string) => sql`
  select viewer_id, range_agg(int4range(from_ms, to_ms)) as spans,
         count(distinct visit_id)::int as visits, min(created_at) as first_at, max(updated_at) as last_at
  from replay_spans where webinar_id = ${webinarId} group by viewer_id`;

const seenMs = sql`(select coalesce(sum(upper(s) - lower(s)), 0) from unnest(spans) s)`;

export type ReplayTotals = {
  viewers: number;
  visits: number;
  watchedMs: number;
  registered: number;
  missedLive: number;
};

/** Viewers of the replay as a cohort of their own; `missedLive`: those who had registered and not come. */
export async function replayTotals(db: Executor, webinarId: string): Promise<ReplayTotals> {
  const [row] = await asRows<ReplayTotals>(
    db.execute(sql`
      with watched as (${watched(webinarId)}), known as (
        select w.*, r.id as registration_id,
               exists (select 1 from attendance_intervals a where a.webinar_id = ${webinarId} and a.participant_id = w.viewer_id) as came
        from watched w left join registrations r on r.id = w.viewer_id and r.webinar_id = ${webinarId}
      )
      select count(*)::int as viewers, coalesce(sum(visits), 0)::int as visits, coalesce(sum(${seenMs}), 0)::float8 as "watchedMs",
             count(registration_id)::int as registered,
             count(*) filter (where registration_id is not null and not came)::int as "missedLive"
      from known`),
  );
  return row ?? { viewers: 0, visits: 0, watchedMs: 0, registered: 0, missedLive: 0 };
}

/** How many people saw the beginning of each of `points` equal parts of what was published, ms of the recording. */
export async function replayCurve(
  db: Executor,
  webinarId: string,
  { points, fromMs, toMs }: { points: number; fromMs: number; toMs: number },
): Promise<number[]> {
  const rows = await asRows<{ step: number; viewers: number }>(
    db.execute(sql`
      with watched as (${watched(webinarId)})
      select step::int as step, (
        select count(*)::int from watched
        where spans @> (${fromMs}::float8 + step * (${toMs}::float8 - ${fromMs}::float8) / ${points}::float8)::int
      ) as viewers
      from generate_series(0, ${points - 1}::int) step order by step`),
  );
  return rows.map(({ viewers }) => viewers);
}

export type ReplayViewer = {
  id: string;
  name: string | null;
  email: string | null;
  firstAt: number;
  lastAt: number;
  watchedMs: number;
  furthestMs: number;
  visits: number;
  attendedLive: boolean;
};

const pageSize = 5000;

/** Everybody who watched, in pages: no transaction stays open. Who came by an open link has no name. */
export async function* streamReplayViewers(db: Executor, webinarId: string): AsyncGenerator<ReplayViewer> {
  let after = "00000000-0000-0000-0000-000000000000";
  for (;;) {
    const rows = await asRows<ReplayViewer>(
      db.execute(sql`
        with watched as (${watched(webinarId)})
        select w.viewer_id as id, r.name, r.email, w.visits,
               round(extract(epoch from w.first_at) * 1000)::float8 as "firstAt",
               round(extract(epoch from w.last_at) * 1000)::float8 as "lastAt",
               ${seenMs}::float8 as "watchedMs", upper(w.spans)::float8 as "furthestMs",
               exists (select 1 from attendance_intervals a where a.webinar_id = ${webinarId} and a.participant_id = w.viewer_id) as "attendedLive"
        from watched w left join registrations r on r.id = w.viewer_id and r.webinar_id = ${webinarId}
        where w.viewer_id > ${after}::uuid order by w.viewer_id limit ${pageSize}`),
    );
    yield* rows;
    const last = rows.at(-1);
    if (!last || rows.length < pageSize) return;
    after = last.id;
  }
}
