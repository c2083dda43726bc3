import { type SQL, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";

export type AuditEntry = {
  id: string;
  /** Epoch ms. */
  at: number;
  /** Who did it; null: the product by itself, or somebody whose account is gone. */
  actor: string | null;
  action: string;
  subject: string;
  /** The webinar's title, when the subject is one. */
  title: string | null;
  details: Record<string, unknown>;
};

export type AuditPage = {
  organisationId: string;
  /** An action, or the first part of several: `registrants`. */
  action?: string | undefined;
  /** Part of the actor's address. */
  actor?: string | undefined;
  from?: Date | undefined;
  to?: Date | undefined;
  before?: { at: number; id: string } | undefined;
  limit: number;
};

const escapeLike = (text: string): string => text.replace(/[\\%_]/g, "\\$&");

/** What happened, newest first. */
export async function listAudit(db: Executor, page: AuditPage): Promise<AuditEntry[]> {
  const { action, actor, from, to, before } = page;
  const conditions: SQL[] = [sql`a.organisation_id = ${page.organisationId}`];
  if (action) conditions.push(sql`(a.action = ${action} or a.action like ${`${escapeLike(action)}.%`})`);
  if (actor) conditions.push(sql`coalesce(u.email, p.email) ilike ${`%${escapeLike(actor)}%`}`);
  if (from) conditions.push(sql`a.created_at >= ${from.toISOString()}::timestamptz`);
  if (to) conditions.push(sql`a.created_at < ${to.toISOString()}::timestamptz`);
  if (before)
    conditions.push(
      sql`(a.created_at, a.id) < (to_timestamp(${before.at}::float8 / 1000), ${before.id}::uuid)`,
    );
  return (await db.execute(sql`
    select a.id, round(extract(epoch from a.created_at) * 1000)::float8 as at, coalesce(u.email, p.email) as actor, a.action, a.subject,
           w.title, a.details
    from audit a
    left join users u on u.id = a.actor_id
    left join panelists p on p.id = a.actor_id
    left join webinars w on w.id::text = a.subject
    where ${sql.join(conditions, sql` and `)}
    order by a.created_at desc, a.id desc limit ${page.limit}`)) as unknown as AuditEntry[];
}

/** The same, all of it, in pages. */
export async function* listAuditPages(
  db: Executor,
  filter: Omit<AuditPage, "before" | "limit">,
): AsyncGenerator<AuditEntry[]> {
  const limit = 2000;
  let before: AuditPage["before"];
  for (;;) {
    const page = await listAudit(db, { ...filter, before, limit });
    yield page;
    before = page.at(-1);
    if (!before || page.length < limit) return;
  }
}
