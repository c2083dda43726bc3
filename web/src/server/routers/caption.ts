import { deleteCaption, listCaptions, saveCaptions } from "@rostrum/db";
import { EntityId, limits, RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { prose, webinarId } from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { limitRate } from "../rate-limit.ts";
import { hostProcedure, participantProcedure, router } from "../trpc.ts";
import { newCaptionKey, sayCaptions } from "../use-cases/captions.ts";

const captionText = prose(limits.captionChars, "a line").refine((text) => text !== "", "Enter a line.");

export const captionRouter = router({
  /** A line that somebody in the studio typed, said now. */
  say: participantProcedure
    .input(z.strictObject({ id: EntityId, text: captionText }))
    .mutation(async ({ ctx, input }) => {
      const { webinarId: id, participantId, role } = ctx.participant;
      if (role === "attendee")
        throw new RostrumError("permission.denied", "Only the studio writes captions.");
      await limitRate(ctx.services, `caption:${participantId}`, { limit: 120, windowMs: 60_000 });
      await sayCaptions(ctx.services, id, [input]);
      return { said: true as const };
    }),
  list: hostProcedure.input(z.strictObject({ webinarId })).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
    const lines = await listCaptions(ctx.services.db, webinar.id);
    return lines.map(({ id, startsAt, endsAt, text }) => ({
      id,
      text,
      startsAt: startsAt.getTime(),
      endsAt: endsAt.getTime(),
    }));
  }),
  /** Correct a line; an empty text takes it away. */
  edit: hostProcedure
    .input(z.strictObject({ webinarId, id: EntityId, text: prose(limits.captionChars, "a line") }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      const line = (await listCaptions(ctx.services.db, webinar.id)).find(({ id }) => id === input.id);
      if (!line) throw new RostrumError("not-found", "There is no such line.");
      if (input.text === "") await deleteCaption(ctx.services.db, webinar.id, input.id);
      else await saveCaptions(ctx.services.db, webinar.id, [{ ...line, text: input.text }]);
      return { saved: true as const };
    }),
  newKey: hostProcedure.input(z.strictObject({ webinarId })).mutation(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
    return newCaptionKey(ctx.services, { user: ctx.user, webinar });
  }),
});
