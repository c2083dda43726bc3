import { countRegistrations, listRegistrations } from "@rostrum/db";
import { z } from "zod";
import { clientAddress } from "../client-address.ts";
import {
  answers,
  email,
  idempotencyKey,
  pageCursor,
  referrer,
  searchText,
  slug,
  utm,
  visitorName,
  webinarId,
} from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { limitRate } from "../rate-limit.ts";
import { hostProcedure, publicProcedure, router } from "../trpc.ts";
import {
  describeRegistration,
  recordVisit,
  resendLink,
  submitRegistration,
} from "../use-cases/registrations.ts";

const pageSize = 100;

export const registrationRouter = router({
  submit: publicProcedure
    .input(z.strictObject({ slug, email, name: visitorName, answers, utm, referrer, idempotencyKey }))
    .mutation(async ({ ctx, input }) => {
      await limitRate(ctx.services, `register:${clientAddress(ctx.headers)}`, {
        limit: 600,
        windowMs: 60_000,
      });
      await limitRate(ctx.services, `register:${input.slug}:${input.email.toLowerCase()}`, {
        limit: 6,
        windowMs: 600_000,
      });
      await submitRegistration(ctx.services, input);
      return { status: "registered" as const };
    }),
  /** A registration page was opened: counted by day and source, without a trace of who it was. */
  visit: publicProcedure.input(z.strictObject({ slug, utm, referrer })).mutation(async ({ ctx, input }) => {
    await limitRate(ctx.services, `visit:${clientAddress(ctx.headers)}`, { limit: 60, windowMs: 60_000 });
    await recordVisit(ctx.services, input);
    return { counted: true as const };
  }),
  resend: publicProcedure.input(z.strictObject({ slug, email })).mutation(async ({ ctx, input }) => {
    await limitRate(ctx.services, `resend:${clientAddress(ctx.headers)}`, { limit: 30, windowMs: 60_000 });
    await limitRate(ctx.services, `resend:${input.slug}:${input.email.toLowerCase()}`, {
      limit: 3,
      windowMs: 600_000,
    });
    await resendLink(ctx.services, input);
    return { sent: true as const };
  }),
  list: hostProcedure
    .input(
      z.strictObject({
        webinarId,
        cursor: pageCursor,
        search: searchText,
      }),
    )
    .query(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      const rows = await listRegistrations(ctx.services.db, {
        webinarId: webinar.id,
        limit: pageSize,
        ...(input.search ? { search: input.search } : {}),
        ...(input.cursor
          ? { after: { id: input.cursor.id, createdAt: new Date(input.cursor.createdAt) } }
          : {}),
      });
      const last = rows.at(-1);
      return {
        rows: rows.map(describeRegistration),
        total: await countRegistrations(ctx.services.db, webinar.id),
        next: last && rows.length === pageSize ? { createdAt: last.createdAt.getTime(), id: last.id } : null,
      };
    }),
});
