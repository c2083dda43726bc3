import { type SQL, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";

/** What stands where a name stood. */
export const erasedName = "Erased person";
export const erasedText = "[erased]";

/** Somebody as others may have written of them. `invited`: to the stage, where chapters and speakers name them. */
export type Mentioned = { emailKey: string; name: string; invited: boolean };

/** Where people write freely: table, column, and how a row belongs to the webinar. */
const places: readonly [table: string, column: string][] = [
  ["questions", "text"],
  ["chat_messages", "text"],
  ["caption_lines", "text"],
  ["chapter_marks", "title"],
  ["polls", "question"],
];

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/**
 * A pattern of PostgreSQL for the address, and for the name where it is one of several words: a first name alone is many
 * people's, and would tear holes into what others said.
 */
function patternOf({ emailKey, name }: Mentioned): string {
  const words = name.trim().split(/\s+/);
  const whole = words.length > 1 ? `|(?<!\\w)${words.map(escaped).join("\\s+")}(?!\\w)` : "";
  return `${escaped(emailKey)}${whole}`;
}

/** Never longer than what stood there, so that no limit of a column is passed. */
const without = (column: SQL, pattern: string): SQL =>
  sql`left(regexp_replace(${column}, ${pattern}, ${erasedText}, 'gi'), greatest(char_length(${column}), ${erasedText.length}))`;

/** Their address and whole name where others wrote or said it, in calls to other systems, in chapters and speakers. */
export async function eraseMentions(tx: Executor, webinarId: string, who: Mentioned): Promise<void> {
  const pattern = patternOf(who);
  for (const [table, name] of places) {
    const column = sql.identifier(name);
    await tx.execute(sql`
      update ${sql.identifier(table)} set ${column} = ${without(sql`${column}`, pattern)}
      where webinar_id = ${webinarId} and ${column} ~* ${pattern}`);
  }
  await tx.execute(sql`
    update poll_options o set text = ${without(sql`o.text`, pattern)} from polls p
    where p.id = o.poll_id and p.webinar_id = ${webinarId} and o.text ~* ${pattern}`);
  await tx.execute(sql`
    delete from webhook_outbox where webinar_id = ${webinarId} and payload::text ~* ${pattern}`);
  await tx.execute(sql`
    update webhook_attempts a set excerpt = ${without(sql`a.excerpt`, pattern)} from webhook_outbox o
    where o.id = a.delivery_id and o.webinar_id = ${webinarId} and a.excerpt ~* ${pattern}`);
  await eraseChapters(tx, webinarId, { pattern, name: who.name });
  if (who.invited) await eraseSpeaker(tx, webinarId, who.name);
}

/** Chapters are named after who spoke: also those of one word. */
async function eraseChapters(
  tx: Executor,
  webinarId: string,
  { pattern, name }: { pattern: string; name: string },
): Promise<void> {
  const whole = `${pattern}|^${escaped(name.trim())}(?= shares a screen$|$)`;
  await tx.execute(sql`
    update recordings r set chapters = (
      select jsonb_agg(jsonb_set(c, '{title}', to_jsonb(regexp_replace(c ->> 'title', ${whole}, ${erasedName}, 'gi'))) order by n)
      from jsonb_array_elements(r.chapters) with ordinality as t (c, n))
    where r.webinar_id = ${webinarId}
      and exists (select 1 from jsonb_array_elements(r.chapters) c where c ->> 'title' ~* ${whole})`);
}

/** The public page stops naming them as a speaker; a picture that nothing shows is deleted after a day. */
async function eraseSpeaker(tx: Executor, webinarId: string, name: string): Promise<void> {
  const isThem = sql`lower(btrim(s ->> 'name')) = lower(btrim(${name}))`;
  await tx.execute(sql`
    update webinars w set page = jsonb_set(w.page, '{speakers}', coalesce((
      select jsonb_agg(s order by n) from jsonb_array_elements(w.page -> 'speakers') with ordinality as t (s, n)
      where not ${isThem}), '[]'))
    where w.id = ${webinarId}
      and exists (select 1 from jsonb_array_elements(w.page -> 'speakers') s where ${isThem})`);
}
