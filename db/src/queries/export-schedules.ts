import { and, asc, eq, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { exportSchedules, webhookEndpoints, webinars } from "../schema/index.ts";

export type ExportSchedule = typeof exportSchedules.$inferSelect;
export type ExportScheduleDraft = Omit<
  typeof exportSchedules.$inferInsert,
  "id" | "organisationId" | "createdBy" | "createdAt" | "disabledAt"
>;

export async function insertExportSchedule(
  db: Executor,
  schedule: ExportScheduleDraft & { organisationId: string; createdBy: string },
): Promise<ExportSchedule> {
  const [row] = await db.insert(exportSchedules).values(schedule).returning();
  if (!row) throw new Error("insert returned nothing");
  return row;
}

export async function updateExportSchedule(
  db: Executor,
  id: string,
  change: Partial<ExportScheduleDraft> & { disabledAt?: Date | null },
): Promise<void> {
  await db.update(exportSchedules).set(change).where(eq(exportSchedules.id, id));
}

export async function deleteExportSchedule(db: Executor, id: string): Promise<void> {
  await db.delete(exportSchedules).where(eq(exportSchedules.id, id));
}

/** The schedule, if it is this organisation's. */
export async function findExportSchedule(
  db: Executor,
  organisationId: string,
  id: string,
): Promise<ExportSchedule | undefined> {
  const [row] = await db
    .select()
    .from(exportSchedules)
    .where(and(eq(exportSchedules.id, id), eq(exportSchedules.organisationId, organisationId)));
  return row;
}

export type ListedSchedule = ExportSchedule & {
  webinarTitle: string | null;
  endpointUrl: string | null;
  lastDeliveredAt: Date | null;
  waiting: number;
};

export async function listExportSchedules(db: Executor, organisationId: string): Promise<ListedSchedule[]> {
  const runs = (what: string, which: string) =>
    sql.raw(`(select ${what} from export_runs r where r.schedule_id = "export_schedules"."id" and ${which})`);
  const rows = await db
    .select({
      schedule: exportSchedules,
      webinarTitle: webinars.title,
      endpointUrl: webhookEndpoints.url,
      lastDeliveredAt: sql<string | null>`${runs("max(r.delivered_at)", "true")}`,
      waiting: sql<number>`${runs("count(*)::int", "r.delivered_at is null and r.failed_at is null")}`,
    })
    .from(exportSchedules)
    .leftJoin(webinars, eq(webinars.id, exportSchedules.webinarId))
    .leftJoin(webhookEndpoints, eq(webhookEndpoints.id, exportSchedules.endpointId))
    .where(eq(exportSchedules.organisationId, organisationId))
    .orderBy(asc(exportSchedules.createdAt));
  return rows.map(({ schedule, lastDeliveredAt, ...rest }) => ({
    ...schedule,
    ...rest,
    lastDeliveredAt: lastDeliveredAt ? new Date(lastDeliveredAt) : null,
  }));
}
