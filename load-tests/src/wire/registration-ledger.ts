import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import postgres from "postgres";

/** What is stored and what was mailed, read past the product: an oracle that shares no code with it. */
export class RegistrationLedger {
  readonly #sql: postgres.Sql;
  readonly #mailFolder: string;

  constructor(databaseUrl: string, mailFolder: string) {
    this.#sql = postgres(databaseUrl, { max: 1, connect_timeout: 5, onnotice: () => undefined });
    this.#mailFolder = mailFolder;
  }

  /** Registrations of a webinar, in the order of their waiting where they wait. */
  async standings(webinarId: string): Promise<{ status: string; position: number | null; email: string }[]> {
    return this.#sql<{ status: string; position: number | null; email: string }[]>`
      select status, waitlist_position as position, email from registrations
      where webinar_id = ${webinarId} order by waitlist_position nulls first, created_at`;
  }

  /** Mails that wait to be sent. */
  async dueMails(): Promise<number> {
    const [row] = await this.#sql<{ count: number }[]>`
      select count(*)::int as count from mail_outbox where sent_at is null and failed_at is null`;
    return row?.count ?? 0;
  }

  /** Until every mail has left, at most so long. */
  async mailsGone(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while ((await this.dueMails()) > 0) {
      if (Date.now() > deadline) throw new Error(`mails still wait after ${timeoutMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** How often each address was mailed, by the files of the mail sink. */
  mailed(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const name of readdirSync(this.#mailFolder)) {
      if (!name.endsWith(".eml")) continue;
      const source = readFileSync(path.join(this.#mailFolder, name), "latin1");
      const to = /^To: <?([^\s<>]+)>?\r?$/m.exec(source.slice(0, 8192))?.[1];
      if (to) counts.set(to, (counts.get(to) ?? 0) + 1);
    }
    return counts;
  }

  /**
   * Many registrants with two answers, a source and a stay each, written as the product would have stored them: a hundred
   * thousand forms filled in one after another would measure something else, and mail all of them.
   */
  async fill(webinarId: string, count: number): Promise<void> {
    const sql = this.#sql;
    const [form] = await sql<{ id: string }[]>`
      insert into forms (webinar_id) values (${webinarId})
      on conflict (webinar_id) do update set webinar_id = excluded.webinar_id returning id`;
    const fields = await sql<{ id: string }[]>`
      insert into form_fields (form_id, position, kind, label)
      values (${form?.id ?? ""}, 0, 'text', 'Company'), (${form?.id ?? ""}, 1, 'text', 'Role') returning id`;
    const [company = "", role = ""] = fields.map(({ id }) => id);
    await sql`
      insert into registrations (webinar_id, email, email_key, name, answers, utm, created_at)
      select ${webinarId}, 'filled-' || n || '@example.test', 'filled-' || n || '@example.test', 'Person ' || n,
        jsonb_build_object(${company}::text, 'Company ' || n % 997, ${role}::text, 'Engineer, "lead" ' || n % 13),
        jsonb_build_object('utm_source', 'source-' || n % 17), now() - (${count}::int - n) * interval '1 second'
      from generate_series(1, ${count}::int) n`;
    await sql`
      insert into attendance_intervals (id, webinar_id, participant_id, admission_id, role, delivery, node_id, joined_at, left_at, reason)
      select gen_random_uuid(), webinar_id, id, gen_random_uuid(), 'attendee', 'hls', 'edge-1', now() - interval '50 minutes',
        now() - interval '9 minutes', 'left'
      from registrations where webinar_id = ${webinarId}`;
    await sql`analyze registrations, attendance_intervals`;
  }

  close(): Promise<void> {
    return this.#sql.end({ timeout: 2 });
  }
}
