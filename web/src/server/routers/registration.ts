import { countByStatus, countRegistrations, emailKey, listFormFields, listRegistrations } from "@rostrum/db";
import { z } from "zod";
import { noteView } from "../audit.ts";
import { clientAddress } from "../client-address.ts";
import { guarded, guardInput, openForm } from "../guard.ts";
import {
  answers,
  consentVersion,
  dates,
  domains,
  email,
  formFieldList,
  idempotencyKey,
  newPasscode,
  opaqueToken,
  pageCursor,
  passcode,
  prose,
  referrer,
  searchText,
  slug,
  startsAt,
  utm,
  visitorName,
  webinarId,
} from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { limitRate } from "../rate-limit.ts";
import { registrationStatus } from "../rest/resources.ts";
import { type Context, hostProcedure, publicProcedure, router } from "../trpc.ts";
import {
  cancelMyRegistration,
  confirmMyRegistration,
  declineMyOffer,
  editMyRegistration,
  mailMyLink,
  myRegistration,
  takeMyOffer,
} from "../use-cases/my-registration.ts";
import { changeForm } from "../use-cases/public-form.ts";
import { changeDoor, changeRules, decide, describeRules } from "../use-cases/registration-rules.ts";
import {
  describeRegistration,
  recordVisit,
  resendLink,
  submitRegistration,
} from "../use-cases/registrations.ts";
import { replayCookie } from "../use-cases/replay-access.ts";

const pageSize = 100;
const hours = z.number().int().min(1, "At least one hour.").max(168, "At most a week (168 hours).");

/** Nobody finds a link by trying. */
async function limitLink({ services, headers }: Context, token: string): Promise<void> {
  await limitRate(services, `link:${clientAddress(headers)}`, { limit: 120, windowMs: 60_000 });
  await limitRate(services, `link:${token}`, { limit: 60, windowMs: 60_000 });
}

/** Nobody fills somebody else's mailbox, with one webinar or with many. */
async function limitMailbox({ services }: Context, input: { slug: string; email: string }): Promise<void> {
  const mailbox = emailKey(input.email);
  await Promise.all([
    limitRate(services, `register:${input.slug}:${mailbox}`, { limit: 6, windowMs: 600_000 }),
    limitRate(services, `mailbox:${mailbox}`, { limit: 30, windowMs: 3600_000 }),
  ]);
}

export const registrationRouter = router({
  /** A form is opened: what it must send along. Asked again, `hard`, when a registration was refused for want of it. */
  open: publicProcedure
    .input(z.strictObject({ slug, hard: z.boolean().default(false) }))
    .mutation(({ ctx, input }) => openForm(ctx, input)),
  submit: publicProcedure
    .input(
      z.strictObject({
        slug,
        email,
        name: visitorName,
        answers,
        utm,
        referrer,
        consentVersion,
        dates,
        idempotencyKey,
        replayAt: z.number().int().min(0).max(86_400).optional(),
        guard: guardInput,
        passcode,
      }),
    )
    .mutation(async ({ ctx, input: { guard, ...input } }) => {
      const { status, viewer } = await guarded(ctx, { slug: input.slug, guard }, async () => {
        await limitMailbox(ctx, input);
        return submitRegistration(ctx.services, input, clientAddress(ctx.headers));
      });
      if (viewer) ctx.setCookie(await replayCookie(ctx.services, viewer));
      return { status, ...(viewer ? { watch: true as const } : {}) };
    }),
  /** A registration page was opened: counted by day and source, without a trace of who it was. */
  visit: publicProcedure.input(z.strictObject({ slug, utm, referrer })).mutation(async ({ ctx, input }) => {
    await limitRate(ctx.services, `visit:${clientAddress(ctx.headers)}`, { limit: 60, windowMs: 60_000 });
    await recordVisit(ctx.services, input);
    return { counted: true as const };
  }),
  resend: publicProcedure.input(z.strictObject({ slug, email })).mutation(async ({ ctx, input }) => {
    await limitRate(ctx.services, `resend:${clientAddress(ctx.headers)}`, { limit: 30, windowMs: 60_000 });
    await limitRate(ctx.services, `resend:${input.slug}:${input.email.toLowerCase()}`, {
      limit: 3,
      windowMs: 600_000,
    });
    await resendLink(ctx.services, input);
    return { sent: true as const };
  }),
  /** A personal link's owner looks after their registration: the link is who they are. */
  mine: publicProcedure.input(z.strictObject({ token: opaqueToken })).query(async ({ ctx, input }) => {
    await limitLink(ctx, input.token);
    return myRegistration(ctx.services, input.token);
  }),
  edit: publicProcedure
    .input(z.strictObject({ token: opaqueToken, name: visitorName, answers }))
    .mutation(async ({ ctx, input }) => {
      await limitLink(ctx, input.token);
      await editMyRegistration(ctx.services, input);
      return { saved: true as const };
    }),
  cancel: publicProcedure.input(z.strictObject({ token: opaqueToken })).mutation(async ({ ctx, input }) => {
    await limitLink(ctx, input.token);
    await cancelMyRegistration(ctx.services, input.token);
    return { cancelled: true as const };
  }),
  /** The address is theirs. A mutation behind a button: whoever only opens the link, like a mail scanner, changes nothing. */
  confirm: publicProcedure.input(z.strictObject({ token: opaqueToken })).mutation(async ({ ctx, input }) => {
    await limitLink(ctx, input.token);
    await confirmMyRegistration(ctx.services, input.token);
    return { confirmed: true as const };
  }),
  answerOffer: publicProcedure
    .input(z.strictObject({ token: opaqueToken, answer: z.enum(["take", "decline"]) }))
    .mutation(async ({ ctx, input }) => {
      await limitLink(ctx, input.token);
      if (input.answer === "take") await takeMyOffer(ctx.services, input.token);
      else await declineMyOffer(ctx.services, input.token);
      return { answered: true as const };
    }),
  mailAgain: publicProcedure
    .input(z.strictObject({ token: opaqueToken }))
    .mutation(async ({ ctx, input }) => {
      await limitLink(ctx, input.token);
      await limitRate(ctx.services, `mail-again:${input.token}`, { limit: 3, windowMs: 600_000 });
      await mailMyLink(ctx.services, input.token);
      return { sent: true as const };
    }),
  rules: hostProcedure
    .input(z.strictObject({ webinarId }))
    .query(async ({ ctx, input }) =>
      describeRules(ctx.services, await ownedWebinar(ctx.services, ctx.user, input.webinarId)),
    ),
  setRules: hostProcedure
    .input(
      z.strictObject({
        webinarId,
        registrationLimit: z.number().int().min(1, "At least one place.").max(1_000_000).nullable(),
        waitlist: z.boolean(),
        offerHours: hours.nullable().default(null),
        doubleOptIn: z.boolean().default(false),
        confirmHours: hours.default(24),
        approval: z.enum(["approve", "review", "deny"]),
        allowedDomains: domains,
        blockedDomains: domains,
        consentText: prose(2000, "the text"),
      }),
    )
    .mutation(async ({ ctx, input: { webinarId: id, ...rules } }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, id);
      return changeRules(ctx.services, { user: ctx.user, webinar }, rules);
    }),
  /** When people may register, and the passcode; without one it stays as it is. */
  setDoor: hostProcedure
    .input(
      z.strictObject({
        webinarId,
        opensAt: startsAt.nullable(),
        closesAt: startsAt.nullable(),
        closesAfterMinutes: z
          .number()
          .int()
          .min(-43_200, "At most 30 days before the start.")
          .max(1440, "At most a day after the start.")
          .nullable(),
        passcode: newPasscode.nullable().optional(),
        passcodeAt: z.enum(["register", "join", "both"]),
        passcodeInLinks: z.boolean(),
      }),
    )
    .mutation(async ({ ctx, input: { webinarId: id, ...door } }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, id);
      return changeDoor(ctx.services, { user: ctx.user, webinar }, door);
    }),
  form: hostProcedure.input(z.strictObject({ webinarId })).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
    return { fields: await listFormFields(ctx.services.db, webinar.id) };
  }),
  saveForm: hostProcedure
    .input(z.strictObject({ webinarId, fields: formFieldList }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      return { fields: await changeForm(ctx.services, webinar, input.fields) };
    }),
  decide: hostProcedure
    .input(
      z.strictObject({
        webinarId,
        ids: z.array(z.uuid()).min(1, "Choose somebody.").max(500, "At most 500 at once."),
        decision: z.enum(["approve", "deny"]),
        reason: prose(300, "the reason").default(""),
      }),
    )
    .mutation(async ({ ctx, input: { webinarId: id, ...order } }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, id);
      return decide(ctx.services, { user: ctx.user, webinar }, order);
    }),
  list: hostProcedure
    .input(
      z.strictObject({
        webinarId,
        status: registrationStatus.optional(),
        cursor: pageCursor,
        search: searchText,
      }),
    )
    .query(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      if (!input.cursor)
        await noteView(ctx.services, ctx.user, { action: "registrations.viewed", subject: webinar.id });
      const rows = await listRegistrations(ctx.services.db, {
        webinarId: webinar.id,
        limit: pageSize,
        ...(input.search ? { search: input.search } : {}),
        ...(input.status ? { status: input.status } : {}),
        ...(input.cursor
          ? { after: { id: input.cursor.id, createdAt: new Date(input.cursor.createdAt) } }
          : {}),
      });
      const last = rows.at(-1);
      return {
        rows: rows.map(describeRegistration),
        total: await countRegistrations(ctx.services.db, webinar.id),
        counts: await countByStatus(ctx.services.db, webinar.id),
        next: last && rows.length === pageSize ? { createdAt: last.createdAt.getTime(), id: last.id } : null,
      };
    }),
});
