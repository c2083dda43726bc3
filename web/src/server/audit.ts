import { type AuditEntry, type Executor, listAuditPages, recordAudit, type User } from "@rostrum/db";
import { z } from "zod";
import { instant, type Rows } from "./exports/cells.ts";
import type { Services } from "./services.ts";

/** One look at the same list within this time is one line in the log, s. */
const onceSeconds = 15 * 60;

/** Note that somebody saw people's data. Pages that refresh themselves are noted once. */
export async function noteView(
  services: Services,
  user: User,
  { action, subject }: { action: string; subject: string },
): Promise<void> {
  const key = `seen:${user.id}:${action}:${subject}`;
  const first = await services.redis.set(key, "1", "EX", onceSeconds, "NX").catch(() => "OK");
  if (first !== "OK") return;
  await recordAudit(services.db, { organisationId: user.organisationId, actorId: user.id, action, subject });
}

const day = z.iso.date("Enter a date, like 2026-03-29.");

/** What of the log is wanted; days are in UTC and both within. */
export const AuditFilter = z.strictObject({
  /** One action, or the first part of several: `person`. */
  action: z
    .string()
    .max(60)
    .regex(/^[a-z.-]*$/, "Choose an action.")
    .optional(),
  actor: z
    .string()
    .max(254)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, "Contains characters that cannot be shown.")
    .optional(),
  from: day.optional(),
  to: day.optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

const dayMs = 86_400_000;

export const auditFilterOf = ({ action, actor, from, to }: AuditFilter) => ({
  ...(action ? { action } : {}),
  ...(actor ? { actor } : {}),
  ...(from ? { from: new Date(from) } : {}),
  ...(to ? { to: new Date(Date.parse(to) + dayMs) } : {}),
});

/** The log as rows of a file, newest first. */
export async function* auditRows(db: Executor, organisationId: string, filter: AuditFilter): Rows {
  yield ["at", "actor", "action", "subject", "webinar", "details"];
  for await (const page of listAuditPages(db, { organisationId, ...auditFilterOf(filter) }))
    for (const entry of page) yield auditRow(entry);
}

const auditRow = ({ at, actor, action, subject, title, details }: AuditEntry) => [
  instant(at),
  actor,
  action,
  subject,
  title,
  Object.keys(details).length > 0 ? JSON.stringify(details) : null,
];
