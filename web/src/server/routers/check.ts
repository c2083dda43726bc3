import { countConnectionChecks } from "@rostrum/db";
import { z } from "zod";
import { clientAddress } from "../client-address.ts";
import { opaqueToken, slug, webinarId } from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { limitRate } from "../rate-limit.ts";
import { type Context, hostProcedure, publicProcedure, router } from "../trpc.ts";
import { beginCheck, type CheckedBy, describeCheck, reportCheck } from "../use-cases/connection-check.ts";

const by = z.union([z.strictObject({ token: opaqueToken }), z.strictObject({ slug })]);
const way = z.boolean().nullable();

/** A test costs an edge some media: nobody needs many. */
async function limitChecks({ services, headers }: Context, who: CheckedBy): Promise<void> {
  await limitRate(services, `check:${clientAddress(headers)}`, { limit: 120, windowMs: 60_000 });
  if ("token" in who) await limitRate(services, `check:${who.token}`, { limit: 20, windowMs: 600_000 });
}

/** Testing a connection before the event, with the personal link, and what came of it for the host. */
export const checkRouter = router({
  about: publicProcedure.input(by).query(async ({ ctx, input }) => {
    await limitRate(ctx.services, `link:${clientAddress(ctx.headers)}`, { limit: 120, windowMs: 60_000 });
    return describeCheck(ctx.services, input);
  }),
  begin: publicProcedure.input(by).mutation(async ({ ctx, input }) => {
    await limitChecks(ctx, input);
    return beginCheck(ctx.services, input);
  }),
  report: publicProcedure
    .input(
      z.strictObject({
        by,
        measured: z.strictObject({
          browser: z.boolean(),
          socket: z.boolean(),
          udp: way,
          tcp: way,
          turn: way,
          rttMs: z.number().min(0).max(60_000).nullable(),
          loss: z.number().min(0).max(1).nullable(),
          downKbps: z.number().min(0).max(10_000_000).nullable(),
          heard: z.boolean().nullable(),
        }),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      await limitChecks(ctx, input.by);
      return reportCheck(ctx.services, input.by, input.measured);
    }),
  summary: hostProcedure.input(z.strictObject({ webinarId })).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
    return countConnectionChecks(ctx.services.db, webinar.id);
  }),
});
