import postgres from "postgres";

export type Interval = {
  participantId: string;
  admissionId: string;
  nodeId: string;
  delivery: "webrtc" | "hls";
  joinedAt: number;
  leftAt: number | null;
};

/**
 * Reads what is durable straight from the database: an oracle that shares no code with the product. Nothing is ever
 * written through it.
 */
export class Ledger {
  readonly #sql: postgres.Sql;

  constructor(databaseUrl: string) {
    this.#sql = postgres(databaseUrl, { max: 1, connect_timeout: 5, onnotice: () => undefined });
  }

  /** Which of these questions are stored. */
  async questions(ids: readonly string[]): Promise<Set<string>> {
    const rows = await this.#sql<
      { id: string }[]
    >`select id from questions where id = any(${[...ids]}::uuid[])`;
    return new Set(rows.map(({ id }) => id));
  }

  /** Options voted for in a poll, by participant; a participant with two votes has two entries. */
  async votes(pollId: string): Promise<{ participantId: string; optionId: string }[]> {
    return this.#sql<{ participantId: string; optionId: string }[]>`
      select participant_id as "participantId", option_id as "optionId" from votes where poll_id = ${pollId}`;
  }

  /** Stays of attendees of a webinar that had not ended at `since`, epoch ms. */
  async intervals(webinarId: string, since: number): Promise<Interval[]> {
    const rows = await this.#sql<
      (Omit<Interval, "joinedAt" | "leftAt"> & { joined: Date; left: Date | null })[]
    >`
      select participant_id as "participantId", admission_id as "admissionId", node_id as "nodeId", delivery,
        joined_at as joined, left_at as left
      from attendance_intervals
      where webinar_id = ${webinarId} and role = 'attendee' and (left_at is null or left_at >= ${new Date(since)})
      order by joined_at`;
    return rows.map(({ joined, left, ...row }) => ({
      ...row,
      joinedAt: joined.getTime(),
      leftAt: left?.getTime() ?? null,
    }));
  }

  close(): Promise<void> {
    return this.#sql.end({ timeout: 2 });
  }
}
