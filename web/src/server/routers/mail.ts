import { countBounced, countMails, listMailsOf, mendAddress, recordAudit, saveMailOpens } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { type MailKind, mailTextsFor } from "../../texts/index.ts";
import { email, line, prose, webinarId } from "../inputs.ts";
import { mintJoinMail } from "../join-mail.ts";
import { mailPlaces } from "../mail/words.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { limitRate } from "../rate-limit.ts";
import { hostProcedure, router } from "../trpc.ts";
import { changeMailText, describeMailTexts, previewMail, sendTestMail } from "../use-cases/mail-texts.ts";

const kind = z.enum(Object.keys(mailTextsFor("en").kinds) as [MailKind, ...MailKind[]]);
const words = z.strictObject({
  subject: line(200, "a subject"),
  heading: line(200, "a heading"),
  body: prose(4000, "the text").min(1, "Enter the text."),
  action: prose(60, "the button").regex(/^[^\n]*$/, "Keep the button on one line."),
});
const draft = z.strictObject({ webinarId, kind, words });

/** The words of mails, and what became of those that were sent. */
export const mailRouter = router({
  texts: hostProcedure.input(z.strictObject({ webinarId })).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
    return { places: [...mailPlaces], kinds: describeMailTexts(webinar) };
  }),
  preview: hostProcedure.input(draft).query(async ({ ctx, input: { webinarId: id, ...rest } }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, id);
    return previewMail(ctx.services, webinar, rest);
  }),
  saveText: hostProcedure
    .input(draft.extend({ words: words.nullable() }))
    .mutation(async ({ ctx, input: { webinarId: id, ...change } }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, id);
      await changeMailText(ctx.services, webinar, change);
      return { saved: true as const };
    }),
  sendTest: hostProcedure.input(draft).mutation(async ({ ctx, input: { webinarId: id, ...rest } }) => {
    await limitRate(ctx.services, `test-mail:${ctx.user.id}`, { limit: 20, windowMs: 600_000 });
    const webinar = await ownedWebinar(ctx.services, ctx.user, id);
    await sendTestMail(ctx.services, { user: ctx.user, webinar }, rest);
    return { to: ctx.user.email };
  }),
  /** One registrant's mails, oldest first: queued, sent, or given up and why. */
  timeline: hostProcedure
    .input(z.strictObject({ webinarId, registrationId: z.uuid() }))
    .query(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      const mails = await listMailsOf(ctx.services.db, webinar.id, input.registrationId);
      return mails.map((mail) => ({
        id: mail.id,
        kind: mail.kind,
        queuedAt: mail.createdAt.getTime(),
        sentAt: mail.sentAt?.getTime() ?? null,
        failedAt: mail.failedAt?.getTime() ?? null,
        attempts: mail.attempts,
        error: mail.error,
        deliveredAt: mail.deliveredAt?.getTime() ?? null,
        bouncedAt: mail.bouncedAt?.getTime() ?? null,
        openedAt: mail.openedAt?.getTime() ?? null,
        proxyOpenedAt: mail.proxyOpenedAt?.getTime() ?? null,
        clickedAt: mail.clickedAt?.getTime() ?? null,
      }));
    }),
  /** What became of all mails to registrants, by kind. */
  totals: hostProcedure.input(z.strictObject({ webinarId })).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
    return {
      kinds: await countMails(ctx.services.db, webinar.id),
      bouncedAddresses: await countBounced(ctx.services.db, webinar.id),
      opens: webinar.mailOpens,
    };
  }),
  /** Whether mails tell when they are opened. */
  setOpens: hostProcedure
    .input(z.strictObject({ webinarId, on: z.boolean() }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      await saveMailOpens(ctx.services.db, webinar.id, input.on);
      await recordAudit(ctx.services.db, {
        organisationId: ctx.user.organisationId,
        actorId: ctx.user.id,
        action: input.on ? "mail.opens-on" : "mail.opens-off",
        subject: webinar.id,
      });
      return { opens: input.on };
    }),
  /** Another address for somebody whose own takes no mail; their link goes there at once. */
  mendAddress: hostProcedure
    .input(z.strictObject({ webinarId, registrationId: z.uuid(), email }))
    .mutation(async ({ ctx, input }) => {
      await limitRate(ctx.services, `mend:${ctx.user.id}`, { limit: 60, windowMs: 60_000 });
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      const mended = await mendAddress(
        ctx.services.db,
        { ...input, webinarId: webinar.id },
        mintJoinMail(ctx.services),
      );
      if (!mended) throw new RostrumError("not-found", "There is no such registration.");
      if (mended === "taken")
        throw new RostrumError("conflict", "Somebody is registered with this address already.", {
          field: "email",
        });
      await recordAudit(ctx.services.db, {
        organisationId: ctx.user.organisationId,
        actorId: ctx.user.id,
        action: "registration.address-mended",
        subject: input.registrationId,
      });
      return { mended: true as const };
    }),
});
