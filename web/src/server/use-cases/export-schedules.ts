import { randomUUID } from "node:crypto";
import {
  type Bucket,
  deleteExportSchedule,
  type ExportFile,
  type ExportSchedule,
  findEndpoint,
  findExportSchedule,
  insertExportSchedule,
  type ListedSchedule,
  type LoggedRun,
  listExportRuns,
  listExportSchedules,
  queueExportRun,
  recordAudit,
  type User,
  updateExportSchedule,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { OwnBucket } from "../deliveries/bucket.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import type { Services } from "../services.ts";
import { Networks } from "../webhooks/networks.ts";
import { openSecret, sealSecret } from "../webhooks/secret.ts";
import { pingEndpoint } from "./webhooks.ts";

const maxSchedules = 20;
const loggedRuns = 50;

export type ScheduleWish = {
  name: string;
  webinarId: string | null;
  endpointId: string | null;
  /** `secretKey` empty: the one that is stored. */
  bucket: (Bucket & { secretKey: string }) | null;
  files: ExportFile[];
  hoursAfterEnd: number | null;
  dailyMinute: number | null;
};

/** What hosts see of it: never the secret key, and of the access key its end. */
const describe = (row: ListedSchedule) => ({
  id: row.id,
  name: row.name,
  webinarId: row.webinarId,
  webinarTitle: row.webinarTitle,
  endpointId: row.endpointId,
  endpointUrl: row.endpointUrl,
  bucket: row.bucket && { ...row.bucket, accessKeyId: masked(row.bucket.accessKeyId) },
  files: row.files,
  hoursAfterEnd: row.hoursAfterEnd,
  dailyMinute: row.dailyMinute,
  disabled: row.disabledAt !== null,
  waiting: row.waiting,
  lastDeliveredAt: row.lastDeliveredAt?.getTime() ?? null,
});

/** The last four characters, to tell two apart. */
const masked = (key: string): string => `••••${key.slice(-4)}`;

export const describeSchedules = async (services: Services, user: User) =>
  (await listExportSchedules(services.db, user.organisationId)).map(describe);

async function own(services: Services, user: User, id: string): Promise<ExportSchedule> {
  const schedule = await findExportSchedule(services.db, user.organisationId, id);
  if (!schedule) throw new RostrumError("not-found", "There is no such delivery.");
  return schedule;
}

const audit = (services: Services, user: User, action: string, subject: string) =>
  recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: `export-delivery.${action}`,
    subject,
  });

/** What is stored of a wish. Throws not-found for an endpoint or webinar of somebody else, input.invalid without a key. */
async function rowOf(services: Services, user: User, wish: ScheduleWish, before?: ExportSchedule) {
  const { bucket, endpointId, webinarId, ...rest } = wish;
  if (webinarId) await ownedWebinar(services, user, webinarId);
  if (endpointId && !(await findEndpoint(services.db, user.organisationId, endpointId)))
    throw new RostrumError("not-found", "There is no such endpoint.", { field: "endpointId" });
  if (!bucket) return { ...rest, webinarId, endpointId, bucket: null, secret: null };
  const { secretKey, ...place } = bucket;
  // Unchanged keys come back masked: they are kept, for the same endpoint only, so that they are shown to nobody else.
  const isKept =
    before?.bucket && secretKey === "" && place.accessKeyId === masked(before.bucket.accessKeyId);
  if (secretKey === "" && (!isKept || place.endpoint !== before.bucket?.endpoint))
    throw new RostrumError("input.invalid", "Enter the secret key.", { field: "bucket.secretKey" });
  return {
    ...rest,
    webinarId,
    endpointId: null,
    bucket: isKept && before.bucket ? { ...place, accessKeyId: before.bucket.accessKeyId } : place,
    secret: isKept ? before.secret : sealSecret(services.config.ROSTRUM_SECRET, secretKey),
  };
}

export async function createSchedule(services: Services, user: User, wish: ScheduleWish) {
  if ((await listExportSchedules(services.db, user.organisationId)).length >= maxSchedules)
    throw new RostrumError("limit.reached", `At most ${maxSchedules} deliveries.`);
  const row = await insertExportSchedule(services.db, {
    ...(await rowOf(services, user, wish)),
    organisationId: user.organisationId,
    createdBy: user.id,
  });
  await audit(services, user, "created", row.id);
  return { id: row.id };
}

export async function changeSchedule(
  services: Services,
  user: User,
  { id, enabled, ...wish }: ScheduleWish & { id: string; enabled: boolean },
): Promise<void> {
  const before = await own(services, user, id);
  await updateExportSchedule(services.db, id, {
    ...(await rowOf(services, user, wish, before)),
    disabledAt: enabled ? null : (before.disabledAt ?? new Date()),
  });
  await audit(services, user, "changed", id);
}

export async function removeSchedule(services: Services, user: User, id: string): Promise<void> {
  await own(services, user, id);
  await deleteExportSchedule(services.db, id);
  await audit(services, user, "removed", id);
}

/** Try the way there, now: a message that says nothing, or a small object that is deleted again. */
export async function testSchedule(
  services: Services,
  user: User,
  id: string,
): Promise<{ ok: boolean; text: string }> {
  const schedule = await own(services, user, id);
  await audit(services, user, "tested", id);
  if (schedule.endpointId) {
    await pingEndpoint(services, user, schedule.endpointId);
    return { ok: true, text: "A ping is on its way: see the endpoint's log." };
  }
  if (!schedule.bucket || !schedule.secret) throw new Error("a schedule has an endpoint or a bucket");
  let bucket: OwnBucket | undefined;
  try {
    bucket = new OwnBucket(
      new Networks(services.config.WEBHOOK_ALLOWED_NETWORKS),
      schedule.bucket,
      openSecret(services.config.ROSTRUM_SECRET, schedule.secret),
    );
    await bucket.test();
    return { ok: true, text: "A test object was written and deleted." };
  } catch (error) {
    return { ok: false, text: (error as Error).message.slice(0, 300) };
  } finally {
    bucket?.close();
  }
}

/** Deliver a webinar's files now, whether or not it is switched on. */
export async function deliverNow(
  services: Services,
  user: User,
  { id, webinarId }: { id: string; webinarId: string },
): Promise<{ runId: string }> {
  const schedule = await own(services, user, id);
  const webinar = await ownedWebinar(services, user, webinarId);
  if (schedule.webinarId && schedule.webinarId !== webinar.id)
    throw new RostrumError("not-found", "This delivery is of another webinar.");
  const runId = await queueExportRun(services.db, {
    scheduleId: id,
    webinarId: webinar.id,
    occasion: `hand:${randomUUID()}`,
  });
  await audit(services, user, "run-by-hand", id);
  return { runId };
}

type RunState = "delivered" | "failed" | "retrying" | "waiting" | "on its way";

/** For a webhook the links have to arrive too. */
function stateOf({ deliveredAt, failedAt, attempts, deliveryId, message }: LoggedRun): RunState {
  if (failedAt || message?.failedAt) return "failed";
  if (deliveredAt && deliveryId && message && !message.deliveredAt) return "on its way";
  if (deliveredAt) return "delivered";
  return attempts > 0 ? "retrying" : "waiting";
}

export async function runLog(services: Services, user: User, id: string) {
  await own(services, user, id);
  return (await listExportRuns(services.db, id, loggedRuns)).map((run) => ({
    id: run.id,
    webinarTitle: run.webinarTitle,
    occasion: run.occasion.split(":")[0] as "ended" | "daily" | "hand" | "erased",
    state: stateOf(run),
    bytes: run.bytes,
    keys: run.objects.map(({ key }) => key),
    attempts: run.log.map(({ at, durationMs, error }) => ({ at: Date.parse(at), durationMs, error })),
    createdAt: run.createdAt.getTime(),
    nextAttemptAt: run.deliveredAt || run.failedAt ? null : run.nextAttemptAt.getTime(),
  }));
}
