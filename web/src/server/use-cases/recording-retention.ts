import {
  deleteRecording,
  findKeeping,
  type Keeping,
  keepUntil,
  listKeepings,
  readRecordingDays,
  recordAudit,
  saveWebinarRecordingDays,
  type User,
  type Webinar,
  warnOfDeletion,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import type { Services } from "../services.ts";

const dayMs = 86_400_000;
/** The host is told so long before, or as long as it is kept at all. */
const noticeDays = 7;

const noticeMs = ({ days }: Keeping): number => Math.min(noticeDays, days ?? noticeDays) * dayMs;

const isTold = ({ plannedFor, warnedOf }: Keeping): boolean =>
  plannedFor !== null && warnedOf?.getTime() === plannedFor.getTime();

/** When it goes: on its day, and never before its host had time to object. Null: it is kept for ever. */
export function deletesAt(keeping: Keeping, now: Date): Date | null {
  if (!keeping.plannedFor) return null;
  const told = isTold(keeping) ? (keeping.warnedAt ?? now) : now;
  return new Date(Math.max(keeping.plannedFor.getTime(), told.getTime() + noticeMs(keeping)));
}

/** Tell hosts of recordings that will go. Answers how many were told. */
export async function warnOfDeletions(services: Services, now: Date): Promise<number> {
  let told = 0;
  for (const keeping of await listKeepings(services.db, new Date(now.getTime() + noticeDays * dayMs))) {
    const { plannedFor, webinarId } = keeping;
    if (!plannedFor || isTold(keeping) || plannedFor.getTime() - noticeMs(keeping) > now.getTime()) continue;
    const link = `${services.config.PUBLIC_URL}/console/${webinarId}/replay`;
    const at = deletesAt(keeping, now) ?? plannedFor;
    if (await warnOfDeletion(services.db, keeping, { now, deletesAt: at, link })) told += 1;
  }
  return told;
}

/** Delete recordings whose day has come and whose hosts were told in time. Answers how many. */
export async function deleteDueRecordings(services: Services, now: Date): Promise<number> {
  let deleted = 0;
  for (const keeping of await listKeepings(services.db, now)) {
    const at = isTold(keeping) ? deletesAt(keeping, now) : null;
    if (at && at <= now && (await deleteRecording(services.db, keeping, now))) deleted += 1;
  }
  return deleted;
}

/** What its host sees of how long a recording is kept. */
export async function describeKeeping(services: Services, webinar: Webinar, now = new Date()) {
  const keeping = await findKeeping(services.db, webinar.id);
  return {
    days: webinar.recordingDays,
    preset: await readRecordingDays(services.db, webinar.organisationId),
    deletesAt: keeping && !keeping.deletedAt ? (deletesAt(keeping, now)?.getTime() ?? null) : null,
    told: keeping ? isTold(keeping) : false,
    deletedAt: keeping?.deletedAt?.getTime() ?? null,
  };
}

type Order = { user: User; webinar: Webinar };

async function note(services: Services, { user, webinar }: Order, details: Record<string, unknown>) {
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: "recording-retention.changed",
    subject: webinar.id,
    details,
  });
}

/** Keep the recording of this webinar for so many days; 0: for ever; null: as the organisation says. */
export async function setRecordingDays(services: Services, order: Order, days: number | null): Promise<void> {
  await saveWebinarRecordingDays(services.db, order.webinar.id, days);
  await note(services, order, { days });
}

/** Keep it so much longer than it would be. Throws conflict when there is nothing that would go. */
export async function keepLonger(services: Services, order: Order, days: number): Promise<void> {
  const now = new Date();
  const keeping = await findKeeping(services.db, order.webinar.id);
  const at = keeping && !keeping.deletedAt ? deletesAt(keeping, now) : null;
  if (!at) throw new RostrumError("conflict", "There is no recording here that will be deleted.");
  const until = new Date(at.getTime() + days * dayMs);
  await keepUntil(services.db, order.webinar.id, until);
  await note(services, order, { until });
}
