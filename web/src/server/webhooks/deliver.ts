import { randomUUID } from "node:crypto";
import { type ClaimedDelivery, claimDelivery, type DeliveryOutcome, settleDelivery } from "@rostrum/db";
import type { Services } from "../services.ts";
import { postOnce } from "./call.ts";
import type { Networks } from "./networks.ts";
import { nextAttempt } from "./schedule.ts";
import { openSecret, signWebhook } from "./secret.ts";

/** A receiver that has not answered by then has not got it, ms. */
const patienceMs = 15_000;
/** Longer than any attempt takes: when it is over, whoever took the delivery is dead. */
const leaseMs = 30_000;

export type Deliverer = {
  services: Pick<Services, "db" | "config" | "log">;
  networks: Networks;
  now: () => Date;
  random?: () => number;
  timeoutMs?: number;
};

/** Try one delivery that is due. False when there is none. Any number of workers may do this at once. */
export async function deliverNext({
  services,
  networks,
  now,
  random = Math.random,
  timeoutMs = patienceMs,
}: Deliverer): Promise<boolean> {
  const claimed = await claimDelivery(services.db, { claim: randomUUID(), now: now(), leaseMs });
  if (!claimed) return false;
  const startedAt = now();
  const started = performance.now();
  const called = await postOnce(networks, {
    url: claimed.endpoint.url,
    ...webhookMessage(services.config.ROSTRUM_SECRET, claimed, startedAt),
    timeoutMs,
  });
  const durationMs = Math.round(performance.now() - started);
  const verdict = judge(claimed, called.status, {
    at: new Date(startedAt.getTime() + durationMs),
    random: random(),
  });
  const noted = await settleDelivery(services.db, claimed, { startedAt, durationMs, ...called, ...verdict });
  if (!noted)
    services.log.warn({ deliveryId: claimed.delivery.id }, "a webhook was settled by somebody else");
  return true;
}

/** Deliver what is due, `workers` at a time, at most `limit`. Answers how many were tried. */
export async function deliverDue(deliverer: Deliverer, workers = 8, limit = 400): Promise<number> {
  let tried = 0;
  const work = async () => {
    while (tried < limit && (await deliverNext(deliverer))) tried++;
  };
  await Promise.all(Array.from({ length: workers }, work));
  return tried;
}

type Verdict =
  | { result: "delivered" }
  | { result: "retry"; at: Date }
  | { result: "failed" }
  | { result: "gone" };

/** Any 2xx is delivered; 410 says that nobody will ever be there again; all else is tried again for three days. */
function judge(
  { delivery }: ClaimedDelivery,
  status: number | null,
  { at, random }: { at: Date; random: number },
): Verdict & Pick<DeliveryOutcome, "result"> {
  if (status !== null && status >= 200 && status < 300) return { result: "delivered" };
  if (status === 410) return { result: "gone" };
  const next = nextAttempt(delivery, at, random);
  return next ? { result: "retry", at: next } : { result: "failed" };
}

/** The message as it goes out: while a secret is being replaced, both sign. */
export function webhookMessage(
  root: string,
  { delivery, endpoint }: ClaimedDelivery,
  now: Date,
): { headers: Record<string, string>; body: string } {
  const id = `msg_${delivery.messageId}`;
  const timestamp = Math.floor(now.getTime() / 1000);
  const body = JSON.stringify(delivery.payload);
  const old = endpoint.previousSecret && endpoint.previousUntil && endpoint.previousUntil > now;
  const secrets = [endpoint.secret, ...(old ? [endpoint.previousSecret ?? ""] : [])];
  const signatures = secrets.map((sealed) => signWebhook(openSecret(root, sealed), { id, timestamp, body }));
  return {
    headers: {
      "content-type": "application/json",
      "user-agent": "Rostrum-Webhooks/1",
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signatures.join(" "),
    },
    body,
  };
}
