import {
  listAudit,
  readRecordingDays,
  readRetention,
  recordAudit,
  saveRecordingDays,
  saveRetention,
  saveWebinarRetention,
} from "@rostrum/db";
import { z } from "zod";
import { AuditFilter, auditFilterOf } from "../audit.ts";
import { email, recordingDays, webinarId } from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { limitRate } from "../rate-limit.ts";
import { type Context, hostProcedure, router } from "../trpc.ts";
import { erasePerson, exportPerson, lookUpPerson } from "../use-cases/privacy.ts";

const pageSize = 100;
const retentionDays = z
  .number()
  .int()
  .min(0, "At least 0 days.")
  .max(3650, "At most ten years (3650 days).")
  .nullable();
/** Addresses are in the body only: they must not end in a log of addresses that were asked for. */
const byAddress = z.strictObject({ email });

/** Nobody goes through a list of addresses to see who is known. */
const limitLooks = ({ services }: Context, userId: string): Promise<void> =>
  limitRate(services, `privacy:${userId}`, { limit: 60, windowMs: 60_000 });

/** What an owner decides about people's data. Each look is in the audit log. */
export const privacyRouter = router({
  find: hostProcedure.input(byAddress).mutation(async ({ ctx, input }) => {
    await limitLooks(ctx, ctx.user.id);
    return lookUpPerson(ctx.services, ctx.user, input.email);
  }),
  export: hostProcedure.input(byAddress).mutation(async ({ ctx, input }) => {
    await limitLooks(ctx, ctx.user.id);
    return { document: JSON.stringify(await exportPerson(ctx.services, ctx.user, input.email), null, 2) };
  }),
  erase: hostProcedure
    .input(byAddress.extend({ confirm: z.string().max(254) }))
    .mutation(async ({ ctx, input }) => {
      await limitLooks(ctx, ctx.user.id);
      return erasePerson(ctx.services, ctx.user, input);
    }),
  retention: hostProcedure.query(async ({ ctx }) => ({
    days: await readRetention(ctx.services.db, ctx.user.organisationId),
  })),
  setRetention: hostProcedure
    .input(z.strictObject({ days: retentionDays }))
    .mutation(async ({ ctx, input }) => {
      const { organisationId } = ctx.user;
      await saveRetention(ctx.services.db, organisationId, input.days);
      await recordAudit(ctx.services.db, {
        organisationId,
        actorId: ctx.user.id,
        action: "retention.changed",
        subject: organisationId,
        details: { days: input.days },
      });
      return { days: input.days };
    }),
  /** The same for recordings: days after the end; null: for ever. */
  recordings: hostProcedure.query(async ({ ctx }) => ({
    days: await readRecordingDays(ctx.services.db, ctx.user.organisationId),
  })),
  setRecordings: hostProcedure
    .input(z.strictObject({ days: recordingDays.nullable() }))
    .mutation(async ({ ctx, input }) => {
      const { organisationId } = ctx.user;
      await saveRecordingDays(ctx.services.db, organisationId, input.days);
      await recordAudit(ctx.services.db, {
        organisationId,
        actorId: ctx.user.id,
        action: "recording-retention.changed",
        subject: organisationId,
        details: { days: input.days },
      });
      return { days: input.days };
    }),
  webinarRetention: hostProcedure.input(z.strictObject({ webinarId })).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
    return {
      days: webinar.retentionDays,
      preset: await readRetention(ctx.services.db, webinar.organisationId),
      purgedAt: webinar.purgedAt?.getTime() ?? null,
    };
  }),
  setWebinarRetention: hostProcedure
    .input(z.strictObject({ webinarId, days: retentionDays }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      await saveWebinarRetention(ctx.services.db, webinar.id, input.days);
      await recordAudit(ctx.services.db, {
        organisationId: webinar.organisationId,
        actorId: ctx.user.id,
        action: "retention.changed",
        subject: webinar.id,
        details: { days: input.days },
      });
      return { days: input.days };
    }),
  audit: hostProcedure
    .input(
      AuditFilter.extend({
        cursor: z
          .strictObject({ at: z.number().int().min(0).max(4_102_444_800_000), id: z.uuid() })
          .nullish(),
      }),
    )
    .query(async ({ ctx, input: { cursor, ...filter } }) => {
      const rows = await listAudit(ctx.services.db, {
        organisationId: ctx.user.organisationId,
        ...auditFilterOf(filter),
        ...(cursor ? { before: cursor } : {}),
        limit: pageSize,
      });
      const last = rows.at(-1);
      return { rows, next: last && rows.length === pageSize ? { at: last.at, id: last.id } : null };
    }),
});
