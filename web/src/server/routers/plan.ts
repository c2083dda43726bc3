import { deleteTemplate, insertTemplate, listTemplates, setSeriesChoice } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { line, startsAt, timeZone, webinarId } from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { limitRate } from "../rate-limit.ts";
import { seriesDates } from "../recurrence.ts";
import { type Context, hostProcedure, router } from "../trpc.ts";
import { blueprintOf, buildWebinar, parts, taking } from "../use-cases/blueprint.ts";
import { cancelFollowing, changeFollowing, describeSeries, makeSeries } from "../use-cases/series.ts";
import { forHost, schedule } from "./webinar.ts";

const repeat = z.strictObject({
  every: z.enum(["week", "two-weeks", "month"]),
  count: z.number("Enter how many.").int().min(2, "At least two dates.").max(52, "At most 52 dates."),
  without: z.array(z.iso.date()).max(52).default([]),
});
const choice = z.enum(["all", "one", "chosen"]);
const byId = z.strictObject({ id: webinarId });

/** Many webinars at one stroke. */
const limitMany = (services: Context["services"], userId: string) =>
  limitRate(services, `plan:${userId}`, { limit: 20, windowMs: 60_000 });

/** Series, copies and templates: how one webinar becomes several. */
export const planRouter = router({
  /** The dates a series would have, before it is made; those in `without` are left out. */
  dates: hostProcedure
    .input(z.strictObject({ startsAt, timeZone, repeat }))
    .query(({ input }) =>
      seriesDates(input.startsAt, { ...input.repeat, timeZone: input.timeZone }).map((at) => at.getTime()),
    ),
  repeat: hostProcedure
    .input(z.strictObject({ id: webinarId, repeat, choice }))
    .mutation(async ({ ctx, input }) => {
      await limitMany(ctx.services, ctx.user.id);
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
      const rule = { ...input.repeat, timeZone: webinar.timeZone };
      const { id } = await makeSeries(ctx.services, ctx.user, { webinar, rule, choice: input.choice });
      return { id };
    }),
  series: hostProcedure
    .input(byId)
    .query(async ({ ctx, input }) =>
      describeSeries(ctx.services, await ownedWebinar(ctx.services, ctx.user, input.id)),
    ),
  setChoice: hostProcedure
    .input(z.strictObject({ id: webinarId, choice }))
    .mutation(async ({ ctx, input }) => {
      const { seriesId } = await ownedWebinar(ctx.services, ctx.user, input.id);
      if (!seriesId) throw new RostrumError("not-found", "This webinar is not one of a series.");
      await setSeriesChoice(ctx.services.db, seriesId, input.choice);
      return { choice: input.choice };
    }),
  changeFollowing: hostProcedure
    .input(schedule.omit({ seats: true, rtmpDestination: true }).extend({ id: webinarId }))
    .mutation(async ({ ctx, input: { id, ...change } }) => {
      await limitMany(ctx.services, ctx.user.id);
      const webinar = await ownedWebinar(ctx.services, ctx.user, id);
      return { changed: await changeFollowing(ctx.services, { user: ctx.user, webinar }, change) };
    }),
  cancelFollowing: hostProcedure.input(byId).mutation(async ({ ctx, input }) => {
    await limitMany(ctx.services, ctx.user.id);
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    return { cancelled: await cancelFollowing(ctx.services, { user: ctx.user, webinar }) };
  }),
  clone: hostProcedure
    .input(
      z.strictObject({
        id: webinarId,
        title: schedule.shape.title,
        startsAt,
        take: z.array(z.enum(parts)).max(8),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      await limitMany(ctx.services, ctx.user.id);
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
      const blueprint = taking(await blueprintOf(ctx.services, webinar), input.take);
      const copy = await buildWebinar(ctx.services.db, ctx.user, {
        blueprint: { ...blueprint, title: input.title },
        startsAt: input.startsAt,
      });
      return forHost(copy, ctx.services.config.PUBLIC_URL);
    }),
  templates: hostProcedure.query(async ({ ctx }) =>
    (await listTemplates(ctx.services.db, ctx.user.organisationId)).map(({ id, name, blueprint }) => ({
      id,
      name,
      title: blueprint.title,
      description: blueprint.description,
      durationMinutes: blueprint.durationMinutes,
      timeZone: blueprint.timeZone,
      seats: blueprint.seats,
    })),
  ),
  saveTemplate: hostProcedure
    .input(z.strictObject({ id: webinarId, name: line(120, "a name") }))
    .mutation(async ({ ctx, input }) => {
      await limitMany(ctx.services, ctx.user.id);
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
      // A stream key is a secret of one event: it does not go into what everybody begins with.
      const blueprint = { ...(await blueprintOf(ctx.services, webinar)), destinations: [] };
      const { organisationId } = ctx.user;
      return insertTemplate(ctx.services.db, { organisationId, name: input.name, blueprint });
    }),
  deleteTemplate: hostProcedure
    .input(z.strictObject({ templateId: z.uuid() }))
    .mutation(async ({ ctx, input }) => {
      if (!(await deleteTemplate(ctx.services.db, ctx.user.organisationId, input.templateId)))
        throw new RostrumError("not-found", "There is no such template.");
      return { deleted: true as const };
    }),
  fromTemplate: hostProcedure
    .input(schedule.omit({ rtmpDestination: true }).extend({ templateId: z.uuid() }))
    .mutation(async ({ ctx, input: { templateId, startsAt: at, ...details } }) => {
      await limitMany(ctx.services, ctx.user.id);
      const all = await listTemplates(ctx.services.db, ctx.user.organisationId);
      const template = all.find(({ id }) => id === templateId);
      if (!template) throw new RostrumError("not-found", "There is no such template.");
      const webinar = await buildWebinar(ctx.services.db, ctx.user, {
        blueprint: { ...template.blueprint, ...details },
        startsAt: at,
      });
      return forHost(webinar, ctx.services.config.PUBLIC_URL);
    }),
});
