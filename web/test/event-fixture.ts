import { findWebinar, type Webinar } from "@rostrum/db";
import postgres from "postgres";
import type { TestDatabase } from "../../db/test/database.ts";

/** Ids that say what they are: `00000000-0000-4000-8000-…`. */
export const idOf = (kind: number, n: number): string =>
  `00000000-0000-4000-8${String(kind).padStart(3, "0")}-${String(n).padStart(12, "0")}`;
const at = (minute: number, second = 0): Date => new Date(Date.UTC(2026, 2, 29, 0, 30 + minute, second));

/** When exports of the fixture are made: after it, well inside its day. */
export const exportedAt = new Date(Date.UTC(2026, 2, 29, 9, 0, 0));

const people = [
  { name: "Ada Byron", email: "ada@example.test", utm: { utm_source: "newsletter", utm_campaign: "spring" } },
  { name: "Søren Kierkegård", email: "soren@example.test", utm: {} },
  { name: "李小龍", email: "li@example.test", utm: { utm_source: "=cmd|' /C calc'!A0" } },
  { name: "=1+1", email: "evil@example.test", utm: {} },
  { name: 'O\'Brien, "Pat"', email: "pat@example.test", utm: {} },
  { name: "Madonna", email: "madonna@example.test", utm: { utm_medium: "social" } },
];

/**
 * A webinar that happened in the night when clocks in Berlin went forward (29 March 2026, 01:00 UTC), with one of
 * everything: rejoins, two devices at once, both tiers, people before and after, questions, a poll, chat, hands.
 */
export async function seedEvent(database: TestDatabase): Promise<Webinar> {
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  const webinarId = idOf(1, 1);
  await sql`insert into organisations (id, name) values (${idOf(0, 1)}, 'Acme')`;
  await sql`insert into users (id, email, name) values (${idOf(0, 2)}, 'fixture-host@example.test', 'Grace Hopper')`;
  await sql`insert into memberships (organisation_id, user_id, role) values (${idOf(0, 1)}, ${idOf(0, 2)}, 'owner')`;
  await sql`insert into webinars (id, organisation_id, host_id, slug, title, starts_at, duration_minutes, time_zone, phase, live_at, ended_at, created_at)
    values (${webinarId}, ${idOf(0, 1)}, ${idOf(0, 2)}, 'night-shift', 'Night shift, part "1"', ${at(0)}, 60, 'Europe/Berlin', 'ended', ${at(0)}, ${at(60)}, ${at(-9000)})`;
  await sql`insert into panelists (id, webinar_id, email, name, token_hash) values (${idOf(2, 1)}, ${webinarId}, 'hedy@example.test', 'Hedy Kiesler', 'x')`;
  await sql`insert into forms (id, webinar_id) values (${idOf(3, 1)}, ${webinarId})`;
  await sql`insert into form_fields (id, form_id, position, kind, label) values
    (${idOf(3, 2)}, ${idOf(3, 1)}, 0, 'text', 'Company'), (${idOf(3, 3)}, ${idOf(3, 1)}, 1, 'long-text', '=Why?, "really"')`;
  for (const [n, { name, email, utm }] of people.entries()) {
    const answers = n === 0 ? { [idOf(3, 2)]: "Acme, Inc.", [idOf(3, 3)]: "@home\nand\taway" } : {};
    await sql`insert into registrations (id, webinar_id, email, email_key, name, answers, utm, referrer, status, created_at)
      values (${idOf(4, n + 1)}, ${webinarId}, ${email}, ${email}, ${name}, ${sql.json(answers)}, ${sql.json(utm)},
              ${n === 0 ? "https://news.example/letter" : ""}, ${n === 5 ? "cancelled" : "registered"}, ${at(-3000 + n)})`;
  }
  await seedStays(sql, webinarId);
  await sql`insert into questions (id, webinar_id, participant_id, name, text, status, answered_at, created_at) values
    (${idOf(7, 1)}, ${webinarId}, ${idOf(4, 1)}, 'Ada Byron', 'Is it on?', 'answered', ${at(12)}, ${at(5)}),
    (${idOf(7, 2)}, ${webinarId}, ${idOf(4, 4)}, '=1+1', ${'=HYPERLINK("http://evil.example")'}, 'open', null, ${at(6)}),
    (${idOf(7, 3)}, ${webinarId}, ${idOf(4, 2)}, 'Søren', 'spam', 'dismissed', null, ${at(7)})`;
  await sql`insert into upvotes (question_id, participant_id, created_at) values
    (${idOf(7, 1)}, ${idOf(4, 2)}, ${at(6)}), (${idOf(7, 1)}, ${idOf(4, 3)}, ${at(59, 30)})`;
  await sql`insert into polls (id, webinar_id, question, status, opened_at, closed_at, created_at) values
    (${idOf(8, 1)}, ${webinarId}, 'Tea, or coffee?', 'closed', ${at(15)}, ${at(18)}, ${at(1)}),
    (${idOf(8, 2)}, ${webinarId}, 'Never opened?', 'draft', null, null, ${at(2)})`;
  await sql`insert into poll_options (id, poll_id, position, text) values
    (${idOf(8, 11)}, ${idOf(8, 1)}, 0, 'Tea'), (${idOf(8, 12)}, ${idOf(8, 1)}, 1, '-Coffee'), (${idOf(8, 13)}, ${idOf(8, 2)}, 0, 'x')`;
  await sql`insert into votes (poll_id, participant_id, option_id, created_at) values
    (${idOf(8, 1)}, ${idOf(4, 1)}, ${idOf(8, 11)}, ${at(16)}), (${idOf(8, 1)}, ${idOf(4, 2)}, ${idOf(8, 12)}, ${at(16)}),
    (${idOf(8, 1)}, ${idOf(2, 1)}, ${idOf(8, 12)}, ${at(17)})`;
  await sql`insert into hands (id, webinar_id, participant_id, name, raised_at, lowered_at) values
    (${idOf(9, 1)}, ${webinarId}, ${idOf(4, 2)}, 'Søren', ${at(20)}, ${at(22)})`;
  await sql`insert into chat_messages (id, webinar_id, participant_id, name, text, created_at) values
    (${idOf(10, 1)}, ${webinarId}, ${idOf(4, 1)}, 'Ada Byron', 'Hello, "all"', ${at(4)}),
    (${idOf(10, 2)}, ${webinarId}, ${idOf(4, 4)}, '=1+1', ${"+cmd|' /C calc'!A0"}, ${at(31)}),
    (${idOf(10, 3)}, ${webinarId}, ${idOf(0, 2)}, 'Grace Hopper', ${"two\nlines"}, ${at(32)})`;
  await sql.end();
  const webinar = await findWebinar(database.db, webinarId);
  if (!webinar) throw new Error("the fixture has a webinar");
  return webinar;
}

async function seedStays(sql: postgres.Sql, webinarId: string): Promise<void> {
  const stays: [number, "host" | "panelist" | "attendee", "webrtc" | "hls", number, number | null][] = [
    [0, "host", "webrtc", -10, 62],
    [7, "panelist", "webrtc", -5, 60],
    // Ada: early, a second device at once, away for a while, back by the other tier, stays behind.
    [1, "attendee", "webrtc", -3, 20],
    [1, "attendee", "hls", 10, 25],
    [1, "attendee", "hls", 40, 70],
    [2, "attendee", "webrtc", 0, 60],
    [3, "attendee", "hls", 59, 61],
    // Still there when the export is made.
    [4, "attendee", "hls", 30, null],
  ];
  for (const [n, [who, role, delivery, from, to]] of stays.entries()) {
    const participant = role === "host" ? idOf(0, 2) : role === "panelist" ? idOf(2, 1) : idOf(4, who);
    await sql`insert into attendance_intervals (id, webinar_id, participant_id, admission_id, role, delivery, node_id, joined_at, left_at, reason, path, path_reason)
      values (${idOf(5, n + 1)}, ${webinarId}, ${participant}, ${idOf(6, n + 1)}, ${role}, ${delivery}, 'edge-1', ${at(from, n)},
              ${to === null ? null : at(to)}, ${to === null ? null : "left"}, ${delivery === "hls" ? "hls" : "udp"}, ${n === 3 ? "no UDP" : null})`;
  }
}
