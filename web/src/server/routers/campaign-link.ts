import { type CountedLink, deleteCampaignLink, insertCampaignLink, listCampaignLinks } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { newCode } from "../campaign-links.ts";
import { line, webinarId } from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { hostProcedure, router } from "../trpc.ts";

const maxLinks = 200;
/** A value of the campaign; may be empty. */
const value = (name: string) => z.union([z.literal(""), line(100, name)]).default("");

const describe = (link: CountedLink, publicUrl: string) => ({
  id: link.id,
  name: link.name,
  utm: link.utm,
  url: `${publicUrl}/l/${link.code}`,
  visits: link.visits,
  registered: link.registered,
  attended: link.attended,
});

/** Short links to the registration page, each with its campaign, and what came of them. */
export const campaignLinkRouter = router({
  list: hostProcedure.input(z.strictObject({ webinarId })).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
    const links = await listCampaignLinks(ctx.services.db, webinar.id);
    return links.map((link) => describe(link, ctx.services.config.PUBLIC_URL));
  }),
  create: hostProcedure
    .input(
      z.strictObject({
        webinarId,
        name: line(80, "a name"),
        source: line(100, "a source"),
        medium: value("the medium"),
        campaign: value("the campaign"),
        content: value("the content"),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      const { db, config } = ctx.services;
      if ((await listCampaignLinks(db, webinar.id)).length >= maxLinks)
        throw new RostrumError("limit.reached", `At most ${maxLinks} links.`);
      const { source, medium, campaign, content, name } = input;
      const utm = Object.fromEntries(
        Object.entries({
          utm_source: source,
          utm_medium: medium,
          utm_campaign: campaign,
          utm_content: content,
        }).filter(([, text]) => text !== ""),
      );
      const link = await insertCampaignLink(db, { webinarId: webinar.id, code: newCode(), name, utm });
      return describe({ ...link, visits: 0, registered: 0, attended: 0 }, config.PUBLIC_URL);
    }),
  remove: hostProcedure
    .input(z.strictObject({ webinarId, id: z.uuid() }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      if (!(await deleteCampaignLink(ctx.services.db, webinar.id, input.id)))
        throw new RostrumError("not-found", "There is no such link.");
      return { removed: true as const };
    }),
});
