import { z } from "zod";
import { webinarId } from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { limitRate } from "../rate-limit.ts";
import { hostProcedure, router } from "../trpc.ts";
import { webinarReport } from "../use-cases/report.ts";

export const reportRouter = router({
  /** What came of a webinar, so far or in the end. */
  summary: hostProcedure.input(z.strictObject({ webinarId })).query(async ({ ctx, input }) => {
    await limitRate(ctx.services, `report:${ctx.user.id}`, { limit: 120, windowMs: 60_000 });
    return webinarReport(ctx.services.db, await ownedWebinar(ctx.services, ctx.user, input.webinarId));
  }),
});
