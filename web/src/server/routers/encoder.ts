import { EntityId } from "@rostrum/protocol";
import { z } from "zod";
import { personName, webinarId } from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { limitRate } from "../rate-limit.ts";
import { hostProcedure, router } from "../trpc.ts";
import { createEncoder, describeEncoders, renewKey, revokeEncoder } from "../use-cases/encoders.ts";

const one = z.strictObject({ id: webinarId, encoderId: EntityId });

/** Stream keys of OBS and hardware encoders. */
export const encoderRouter = router({
  list: hostProcedure.input(z.strictObject({ id: webinarId })).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    return describeEncoders(ctx.services, webinar.id);
  }),
  create: hostProcedure
    .input(z.strictObject({ id: webinarId, name: personName }))
    .mutation(async ({ ctx, input }) => {
      await limitRate(ctx.services, `encoder:${ctx.user.id}`, { limit: 60, windowMs: 60_000 });
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
      return createEncoder(ctx.services, { user: ctx.user, webinar }, input.name);
    }),
  renewKey: hostProcedure.input(one).mutation(async ({ ctx, input }) => {
    await limitRate(ctx.services, `encoder:${ctx.user.id}`, { limit: 60, windowMs: 60_000 });
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    return renewKey(ctx.services, { user: ctx.user, webinar }, input.encoderId);
  }),
  revoke: hostProcedure.input(one).mutation(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    await revokeEncoder(ctx.services, { user: ctx.user, webinar }, input.encoderId);
    return {};
  }),
});
