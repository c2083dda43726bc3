import { and, eq, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { roomResyncs } from "../schema/index.ts";

/** Note that a room's event log may lack what is stored. */
export async function requestResync(db: Executor, webinarId: string): Promise<void> {
  await db
    .insert(roomResyncs)
    .values({ webinarId })
    .onConflictDoUpdate({ target: roomResyncs.webinarId, set: { requestedAt: sql`clock_timestamp()` } });
}

/** The same for every room that somebody may be in: after a web process ended, nobody knows how far it had come. */
export async function requestAllResyncs(db: Executor): Promise<void> {
  await db.execute(sql`
    insert into room_resyncs (webinar_id)
    select id from webinars
    where phase in ('green-room', 'live')
       or (phase = 'scheduled' and starts_at between now() - interval '1 day' and now() + interval '1 day')
    on conflict (webinar_id) do update set requested_at = clock_timestamp()`);
}

/**
 * Pay what is owed: `renew` gives a room's log a new epoch. One that fails stays owed. Answers how many were paid.
 * A request that comes while its room is renewed is later than the one paid, and stays.
 */
export async function payResyncs(db: Executor, renew: (webinarId: string) => Promise<void>): Promise<number> {
  const owed = await db.select().from(roomResyncs);
  for (const { webinarId, requestedAt } of owed) {
    await renew(webinarId);
    await db
      .delete(roomResyncs)
      .where(and(eq(roomResyncs.webinarId, webinarId), eq(roomResyncs.requestedAt, requestedAt)));
  }
  return owed.length;
}
