import { randomUUID } from "node:crypto";
import {
  deleteEndpoint,
  findDelivery,
  findEndpoint,
  insertEndpoint,
  listDeliveries,
  listEndpoints,
  queueDelivery,
  recordAudit,
  type User,
  updateEndpoint,
  type WebhookDelivery,
  type WebhookEndpoint,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import type { Services } from "../services.ts";
import { newWebhookSecret, openSecret, sealSecret } from "../webhooks/secret.ts";

/** The old secret signs this long beside the new one. */
const overlapMs = 24 * 3600_000;
const maxEndpoints = 20;
const pageSize = 30;

type Wish = { url: string; name: string; events: string[] };

const describe = (endpoint: WebhookEndpoint) => ({
  id: endpoint.id,
  url: endpoint.url,
  name: endpoint.name,
  events: endpoint.events,
  disabled: endpoint.disabledAt !== null,
  disabledReason: endpoint.disabledReason,
  rotatingUntil:
    endpoint.previousUntil && endpoint.previousUntil.getTime() > Date.now()
      ? endpoint.previousUntil.getTime()
      : null,
  createdAt: endpoint.createdAt.getTime(),
});

export async function describeEndpoints(services: Services, user: User) {
  const rows = await listEndpoints(services.db, user.organisationId);
  return rows.map((row) => ({
    ...describe(row),
    waiting: row.waiting,
    lastDeliveredAt: row.lastDeliveredAt?.getTime() ?? null,
  }));
}

async function own(services: Services, user: User, id: string): Promise<WebhookEndpoint> {
  const endpoint = await findEndpoint(services.db, user.organisationId, id);
  if (!endpoint) throw new RostrumError("not-found", "There is no such endpoint.");
  return endpoint;
}

const audit = (services: Services, user: User, action: string, subject: string) =>
  recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: `webhook.${action}`,
    subject,
  });

/** A new endpoint, with the secret that signs what it gets. */
export async function createEndpoint(services: Services, user: User, wish: Wish) {
  const known = await listEndpoints(services.db, user.organisationId);
  if (known.length >= maxEndpoints)
    throw new RostrumError("limit.reached", `At most ${maxEndpoints} endpoints.`);
  const secret = newWebhookSecret();
  const row = await insertEndpoint(services.db, {
    ...wish,
    organisationId: user.organisationId,
    secret: sealSecret(services.config.ROSTRUM_SECRET, secret),
  });
  await audit(services, user, "created", row.id);
  return { ...describe(row), secret };
}

/** Change it; switched on again it gets what waits for it. */
export async function changeEndpoint(
  services: Services,
  user: User,
  { id, enabled, ...wish }: Wish & { id: string; enabled: boolean },
): Promise<void> {
  const endpoint = await own(services, user, id);
  const off = endpoint.disabledAt ?? new Date();
  await updateEndpoint(services.db, id, {
    ...wish,
    ...(enabled ? { disabledAt: null, disabledReason: "" } : { disabledAt: off }),
  });
  await audit(services, user, "changed", id);
}

export async function removeEndpoint(services: Services, user: User, id: string): Promise<void> {
  await own(services, user, id);
  await deleteEndpoint(services.db, id);
  await audit(services, user, "removed", id);
}

export async function revealSecret(services: Services, user: User, id: string): Promise<string> {
  const { secret } = await own(services, user, id);
  await audit(services, user, "secret-shown", id);
  return openSecret(services.config.ROSTRUM_SECRET, secret);
}

/** A new secret. For a day both sign, so that receivers can change over without losing anything. */
export async function rotateSecret(services: Services, user: User, id: string): Promise<string> {
  const endpoint = await own(services, user, id);
  const secret = newWebhookSecret();
  await updateEndpoint(services.db, id, {
    secret: sealSecret(services.config.ROSTRUM_SECRET, secret),
    previousSecret: endpoint.secret,
    previousUntil: new Date(Date.now() + overlapMs),
  });
  await audit(services, user, "secret-rotated", id);
  return secret;
}

/** Send a message that says nothing, to see whether it arrives. */
export async function pingEndpoint(services: Services, user: User, id: string): Promise<string> {
  await own(services, user, id);
  return queueDelivery(services.db, {
    endpointId: id,
    messageId: randomUUID(),
    event: "ping",
    payload: {
      type: "ping",
      timestamp: new Date().toISOString(),
      data: { text: "It works." },
    },
  });
}

/** Once more, as the same message: receivers that know it leave it alone. */
export async function redeliver(
  services: Services,
  user: User,
  { endpointId, id }: { endpointId: string; id: string },
): Promise<string> {
  await own(services, user, endpointId);
  const delivery = await findDelivery(services.db, endpointId, id);
  if (!delivery) throw new RostrumError("not-found", "There is no such delivery.");
  const { messageId, event, payload, webinarId, registrationId } = delivery;
  await audit(services, user, "redelivered", id);
  return queueDelivery(services.db, { endpointId, messageId, event, payload, webinarId, registrationId });
}

const stateOf = ({ deliveredAt, failedAt, attempts }: WebhookDelivery) =>
  deliveredAt ? "delivered" : failedAt ? "failed" : attempts > 0 ? "retrying" : "waiting";

const describeDelivery = (row: WebhookDelivery) => ({
  id: row.id,
  seq: row.seq,
  messageId: `msg_${row.messageId}`,
  event: row.event,
  state: stateOf(row) as "delivered" | "failed" | "retrying" | "waiting",
  byHand: row.byHand,
  attempts: row.attempts,
  lastStatus: row.lastStatus,
  createdAt: row.createdAt.getTime(),
  lastAttemptAt: row.lastAttemptAt?.getTime() ?? null,
  nextAttemptAt: row.deliveredAt || row.failedAt ? null : row.nextAttemptAt.getTime(),
});

/** What an endpoint was sent, newest first. */
export async function deliveryLog(
  services: Services,
  user: User,
  page: { endpointId: string; before?: number | undefined; failing: boolean },
) {
  await own(services, user, page.endpointId);
  const rows = await listDeliveries(services.db, {
    endpointId: page.endpointId,
    limit: pageSize,
    failing: page.failing,
    ...(page.before === undefined ? {} : { before: page.before }),
  });
  return {
    rows: rows.map(describeDelivery),
    next: rows.length === pageSize ? (rows.at(-1)?.seq ?? null) : null,
  };
}

/** One delivery with what was sent and what came back. */
export async function deliveryDetail(
  services: Services,
  user: User,
  { endpointId, id }: { endpointId: string; id: string },
) {
  await own(services, user, endpointId);
  const row = await findDelivery(services.db, endpointId, id);
  if (!row) throw new RostrumError("not-found", "There is no such delivery.");
  return {
    ...describeDelivery(row),
    payload: row.payload,
    log: row.log.map(({ startedAt, durationMs, status, excerpt }) => ({
      at: startedAt.getTime(),
      durationMs,
      status,
      excerpt,
    })),
  };
}
