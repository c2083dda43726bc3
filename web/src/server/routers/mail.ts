import { listMailsOf } from "@rostrum/db";
import { z } from "zod";
import { type MailKind, mailTextsFor } from "../../texts/index.ts";
import { line, prose, webinarId } from "../inputs.ts";
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
      }));
    }),
});
