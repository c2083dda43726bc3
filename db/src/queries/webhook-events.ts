import { randomUUID } from "node:crypto";
import { inArray, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import type { registrations, webinars } from "../schema/index.ts";

/** What other systems can be told of; docs/webhooks.md says what each carries. */
export const webhookEventNames = [
  "webinar.created",
  "webinar.updated",
  "webinar.started",
  "webinar.ended",
  "webinar.cancelled",
  "registration.created",
  "registration.updated",
  "registration.approved",
  "registration.waitlisted",
  "registration.offered",
  "registration.denied",
  "registration.cancelled",
  "attendance.joined",
  "attendance.left",
  "attendance.finished",
  "question.asked",
  "question.answered",
  "poll.opened",
  "poll.closed",
  "recording.ready",
] as const;
export type WebhookEventName = (typeof webhookEventNames)[number];

export type WebhookEvent = {
  event: WebhookEventName;
  data: Record<string, unknown>;
  /** Whose data it holds: what happens to one registrant is delivered in that order. */
  registrationId?: string | undefined;
  /** For the rest, what it is about; else the webinar. */
  orderKey?: string;
};

/**
 * Note what happened for every endpoint of the webinar's organisation that wants to know, in the transaction that makes
 * it happen: told exactly when it is so, and lost never. Call it while the row it is about is held, so that the order in
 * which events are noted is the order in which they happened.
 */
export async function queueWebhooks(
  tx: Executor,
  webinarId: string,
  events: readonly WebhookEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map(({ event, data, registrationId, orderKey }) => ({
    event,
    data,
    message_id: randomUUID(),
    registration_id: registrationId ?? null,
    order_key: registrationId ?? orderKey ?? webinarId,
  }));
  await tx.execute(sql`
    insert into webhook_outbox (message_id, endpoint_id, webinar_id, registration_id, order_key, event, payload)
    select e.message_id, p.id, w.id, e.registration_id, e.order_key, e.event,
           jsonb_build_object(
             'type', e.event,
             'timestamp', ${new Date().toISOString()}::text,
             'data', jsonb_build_object('webinar', jsonb_build_object('id', w.id, 'slug', w.slug, 'title', w.title)) || e.data)
    from webinars w
    join webhook_endpoints p on p.organisation_id = w.organisation_id and p.disabled_at is null
    cross join rows from (
      jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as (event text, data jsonb, message_id uuid, registration_id uuid, order_key text)
    ) with ordinality as e (event, data, message_id, registration_id, order_key, position)
    where w.id = ${webinarId} and p.events ? e.event
    order by e.position`);
}

/** Which events somebody wants of each of these webinars: what nobody wants need not be worked out. */
export async function wantedEvents(
  tx: Executor,
  webinarIds: readonly string[],
): Promise<Map<string, Set<string>>> {
  const wanted = new Map<string, Set<string>>();
  if (webinarIds.length === 0) return wanted;
  const rows = (await tx.execute(sql`
    select w.id, e.event from webinars w
    join webhook_endpoints p on p.organisation_id = w.organisation_id and p.disabled_at is null
    cross join lateral jsonb_array_elements_text(p.events) e (event)
    where ${inArray(sql`w.id`, [...webinarIds])}`)) as unknown as { id: string; event: string }[];
  for (const { id, event } of rows) wanted.set(id, (wanted.get(id) ?? new Set()).add(event));
  return wanted;
}

type Registration = typeof registrations.$inferSelect;
type Webinar = typeof webinars.$inferSelect;

const answering = ({ status }: Registration): boolean => status === "offered" || status === "unconfirmed";

/** A registration as other systems see it, by webhook and by API. */
export const registrationData = (row: Registration) => ({
  id: row.id,
  webinarId: row.webinarId,
  email: row.email,
  name: row.name,
  status: row.status,
  statusReason: row.statusReason,
  waitlistPosition: row.status === "waitlisted" ? row.waitlistPosition : null,
  answerUntil: answering(row) ? (row.answerUntil?.toISOString() ?? null) : null,
  confirmedAt: row.confirmedAt?.toISOString() ?? null,
  answers: row.answers,
  utm: row.utm,
  referrer: row.referrer,
  origin: row.origin,
  registeredAt: row.createdAt.toISOString(),
});

/** A webinar as other systems see it. */
export const webinarData = (row: Webinar) => ({
  id: row.id,
  slug: row.slug,
  title: row.title,
  description: row.description,
  startsAt: row.startsAt.toISOString(),
  durationMinutes: row.durationMinutes,
  timeZone: row.timeZone,
  phase: row.phase,
  liveAt: row.liveAt?.toISOString() ?? null,
  endedAt: row.endedAt?.toISOString() ?? null,
  cancelled: row.cancelledAt !== null,
});

export const registrationEvent = (event: WebhookEventName, row: Registration): WebhookEvent => ({
  event,
  registrationId: row.id,
  data: { registration: registrationData(row) },
});

/**
 * Somebody who has just registered: that they did, and where they stand when it is not a seat. Nobody is told of an address
 * before it is confirmed.
 */
export const newRegistrationEvents = (row: Registration): WebhookEvent[] =>
  row.status === "unconfirmed"
    ? []
    : [
        registrationEvent("registration.created", row),
        ...(row.status === "waitlisted" ? [registrationEvent("registration.waitlisted", row)] : []),
        ...(row.status === "denied" ? [registrationEvent("registration.denied", row)] : []),
      ];

export const queueWebinarEvent = (tx: Executor, event: WebhookEventName, row: Webinar): Promise<void> =>
  queueWebhooks(tx, row.id, [{ event, data: { webinar: webinarData(row) } }]);
