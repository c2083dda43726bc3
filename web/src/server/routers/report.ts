import { z } from "zod";
import { noteView } from "../audit.ts";
import { webinarId } from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { limitRate } from "../rate-limit.ts";
import { hostProcedure, router } from "../trpc.ts";
import { webinarReport } from "../use-cases/report.ts";

export const reportRouter = router({
  /** What came of a webinar, so far or in the end. */
  summary: hostProcedure.input(z.strictObject({ webinarId })).query(async ({ ctx, input }) => {
    await limitRate(ctx.services, `report:${ctx.user.id}`, { limit: 120, windowMs: 60_000 });
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
    await noteView(ctx.services, ctx.user, { action: "report.viewed", subject: webinar.id });
    return webinarReport(ctx.services.db, webinar);
  }),
});
