import { randomUUID } from "node:crypto";
import {
  type Bucket,
  type ClaimedExport,
  claimExportRun,
  type DeliveredObject,
  type ExportOutcome,
  noteObjects,
  queueDelivery,
  recordAudit,
  settleExportRun,
} from "@rostrum/db";
import { openExport } from "../exports/index.ts";
import type { Services } from "../services.ts";
import type { Networks } from "../webhooks/networks.ts";
import { nextAttempt } from "../webhooks/schedule.ts";
import { openSecret } from "../webhooks/secret.ts";
import { OwnBucket } from "./bucket.ts";
import { exportWish, nameOf } from "./files.ts";
import { exportLink } from "./link.ts";

/** One attempt at all files of a delivery takes no longer, ms. */
const patienceMs = 9 * 60_000;
/** Longer than that: when it is over, whoever took the delivery is dead. */
const leaseMs = 10 * 60_000;

export type ExportDeliverer = {
  services: Pick<Services, "db" | "config" | "log">;
  networks: Networks;
  now: () => Date;
  random?: () => number;
  timeoutMs?: number;
};

/** Make the deliveries that are due, one after the other, at most `limit`. Answers how many were tried. */
export async function deliverExports(deliverer: ExportDeliverer, limit = 20): Promise<number> {
  for (let tried = 0; tried < limit; tried++) if (!(await deliverExport(deliverer))) return tried;
  return limit;
}

/** False when there is none. Any number of workers may do this at once. */
async function deliverExport(deliverer: ExportDeliverer): Promise<boolean> {
  const { services, now, random = Math.random } = deliverer;
  const claimed = await claimExportRun(services.db, { claim: randomUUID(), now: now(), leaseMs });
  if (!claimed) return false;
  const startedAt = now();
  const started = performance.now();
  const took = () => Math.round(performance.now() - started);
  try {
    if (claimed.schedule.endpointId) await tell(services, claimed, { startedAt, took });
    else {
      const bytes = await write(deliverer, claimed);
      await settle(services, claimed, {
        startedAt,
        durationMs: took(),
        error: "",
        result: "delivered",
        bytes,
      });
    }
  } catch (error) {
    const durationMs = took();
    const next = nextAttempt(claimed.run, new Date(startedAt.getTime() + durationMs), random());
    const text = (error instanceof Error ? `${error.name}: ${error.message}` : String(error)).slice(0, 300);
    services.log.warn({ err: error, runId: claimed.run.id }, "an export could not be delivered");
    await settle(services, claimed, {
      startedAt,
      durationMs,
      error: text,
      ...(next ? { result: "retry", at: next } : { result: "failed" }),
    });
  }
  return true;
}

async function settle(
  services: ExportDeliverer["services"],
  { run, schedule, webinar }: ClaimedExport,
  outcome: ExportOutcome,
): Promise<void> {
  const noted = await settleExportRun(services.db, run, outcome);
  if (!noted) return services.log.warn({ runId: run.id }, "an export was settled by somebody else");
  if (outcome.result !== "retry")
    await recordAudit(services.db, {
      organisationId: schedule.organisationId,
      actorId: null,
      action: outcome.result === "delivered" ? "export.delivered" : "export.given-up",
      subject: webinar.id,
      details: { scheduleId: schedule.id, occasion: run.occasion.split(":")[0] },
    });
}

/** The links, as a signed message in the webhook outbox: what becomes of it is in that endpoint's log too. */
async function tell(
  services: ExportDeliverer["services"],
  claimed: ClaimedExport,
  { startedAt, took }: { startedAt: Date; took: () => number },
): Promise<void> {
  const { run, schedule, webinar } = claimed;
  const { id, slug, title } = webinar;
  await services.db.transaction(async (tx) => {
    const deliveryId = await queueDelivery(tx, {
      endpointId: schedule.endpointId ?? "",
      messageId: randomUUID(),
      event: "export.ready",
      webinarId: id,
      payload: {
        type: "export.ready",
        timestamp: startedAt.toISOString(),
        data: {
          webinar: { id, slug, title },
          schedule: { id: schedule.id, name: schedule.name },
          occasion: run.occasion.split(":")[0],
          files: schedule.files.map((file, index) => ({
            ...file,
            filename: nameOf(slug, file),
            url: exportLink(services.config, run.id, index),
          })),
        },
      },
    });
    await settle({ ...services, db: tx }, claimed, {
      startedAt,
      durationMs: took(),
      error: "",
      result: "delivered",
      bytes: 0,
      deliveryId,
    });
  });
}

/** Where a file of this delivery goes: after the end always to the same place, daily and by hand to one of its own. */
function objectsOf({ run, schedule, webinar }: ClaimedExport, bucket: Bucket): DeliveredObject[] {
  if (run.occasion.startsWith("erased:")) return run.objects;
  const [occasion = "", mark = ""] = run.occasion.split(":");
  const folder =
    occasion === "hand" ? `by-hand/${mark.slice(0, 8)}/` : occasion === "daily" ? `${mark}/` : "";
  return schedule.files.map((file) => ({
    key: `${bucket.prefix}${webinar.slug}/${folder}${nameOf(webinar.slug, file)}`,
    file,
  }));
}

async function write(deliverer: ExportDeliverer, claimed: ClaimedExport): Promise<number> {
  const { services, networks, now, timeoutMs = patienceMs } = deliverer;
  const { run, schedule, webinar } = claimed;
  if (!schedule.bucket || !schedule.secret) throw new Error("a schedule has an endpoint or a bucket");
  const objects = objectsOf(claimed, schedule.bucket);
  await noteObjects(services.db, run, objects);
  const secret = openSecret(services.config.ROSTRUM_SECRET, schedule.secret);
  const bucket = new OwnBucket(networks, schedule.bucket, secret);
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    let bytes = 0;
    for (const { key, file } of objects) {
      const { body, type } = await openExport(services, webinar, exportWish(file), now());
      bytes += await bucket.put({ key, body, type }, signal);
    }
    return bytes;
  } finally {
    bucket.close();
  }
}
