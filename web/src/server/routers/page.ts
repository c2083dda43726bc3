import { findOrganisation } from "@rostrum/db";
import { Locale } from "@rostrum/protocol";
import { isColour } from "@rostrum/rules";
import { z } from "zod";
import { line, prose, webinarId } from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { hostProcedure, router } from "../trpc.ts";
import { changeOrganisationBrand, changePublicPage } from "../use-cases/public-page.ts";

const colour = z
  .string()
  .trim()
  .toLowerCase()
  .refine(isColour, "Enter a colour as #rrggbb, like #3d4fd8.")
  .nullable();
const picture = z.uuid().nullable();

const page = z.strictObject({
  accent: colour,
  logo: picture,
  cover: picture,
  speakers: z
    .array(
      z.strictObject({
        id: z.uuid(),
        name: line(80, "a name"),
        role: prose(120, "the role"),
        bio: prose(600, "the words about them"),
        picture,
      }),
    )
    .max(24, "At most 24 speakers."),
  agenda: z
    .array(
      z.strictObject({
        id: z.uuid(),
        minute: z.number("Enter minutes.").int("Enter whole minutes.").min(0).max(1440),
        title: line(160, "a title"),
        text: prose(600, "the text"),
      }),
    )
    .max(40, "At most 40 items."),
  languageChoice: z.boolean().optional(),
});

/** What a webinar's public page looks like. */
export const pageRouter = router({
  get: hostProcedure.input(z.strictObject({ webinarId })).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
    const organisation = await findOrganisation(ctx.services.db, webinar.organisationId);
    return {
      page: webinar.page,
      visibility: webinar.visibility,
      locale: webinar.locale,
      organisation: { name: organisation?.name ?? "", ...organisation?.brand },
    };
  }),
  save: hostProcedure
    .input(z.strictObject({ webinarId, page, visibility: z.enum(["public", "unlisted"]), locale: Locale }))
    .mutation(async ({ ctx, input: { webinarId: id, ...change } }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, id);
      await changePublicPage(ctx.services, webinar, change);
      return { saved: true as const };
    }),
  /** Colour and logo for all of the organisation's webinars that choose none. */
  saveBrand: hostProcedure
    .input(z.strictObject({ accent: colour, logo: picture }))
    .mutation(async ({ ctx, input }) => {
      await changeOrganisationBrand(ctx.services, ctx.user, input);
      return { saved: true as const };
    }),
});
