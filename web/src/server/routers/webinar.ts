import {
  findRecording,
  listCampaigns,
  listUpcoming,
  listWebinars,
  saveMailPlan,
  type Webinar,
} from "@rostrum/db";
import { LayoutName, RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { email, line, personName, prose, rtmpUrl, slug, startsAt, timeZone, webinarId } from "../inputs.ts";
import { describeMailPlan } from "../mail-plan.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { readProgrammeStatus, recordingUrl } from "../programmes.ts";
import { limitRate } from "../rate-limit.ts";
import { hostProcedure, publicProcedure, router } from "../trpc.ts";
import { describePanelists, invitePanelist, resend, revoke } from "../use-cases/invitations.ts";
import { forPublic, publicWebinar } from "../use-cases/public-page.ts";
import { callOff, changeLayout, changePhase, changeWebinar, scheduleWebinar } from "../use-cases/webinars.ts";

const byId = z.strictObject({ id: webinarId });
const invitation = z.strictObject({ id: webinarId, panelistId: z.uuid() });

export const schedule = z.strictObject({
  title: line(200, "a title"),
  description: prose(5000, "the description").default(""),
  startsAt,
  durationMinutes: z.number().int().min(5, "At least 5 minutes.").max(1440, "At most a day."),
  timeZone,
  seats: z.number().int().min(0).max(100_000).default(1000),
  rtmpDestination: z
    .strictObject({
      label: line(80, "a label"),
      url: rtmpUrl,
    })
    .optional(),
});

/** A webinar as its own organisation sees it. */
export const forHost = (webinar: Webinar, publicUrl: string) => ({
  id: webinar.id,
  slug: webinar.slug,
  title: webinar.title,
  description: webinar.description,
  startsAt: webinar.startsAt.getTime(),
  durationMinutes: webinar.durationMinutes,
  timeZone: webinar.timeZone,
  seats: webinar.seats,
  phase: webinar.phase,
  layout: webinar.layout,
  liveAt: webinar.liveAt?.getTime() ?? null,
  endedAt: webinar.endedAt?.getTime() ?? null,
  cancelled: webinar.cancelledAt !== null,
  visibility: webinar.visibility,
  locale: webinar.locale,
  seriesId: webinar.seriesId,
  registrationUrl: `${publicUrl}/w/${webinar.slug}`,
});

export const webinarRouter = router({
  create: hostProcedure.input(schedule).mutation(async ({ ctx, input }) => {
    await limitRate(ctx.services, `schedule:${ctx.user.id}`, { limit: 60, windowMs: 60_000 });
    return forHost(await scheduleWebinar(ctx.services, ctx.user, input), ctx.services.config.PUBLIC_URL);
  }),
  list: hostProcedure.query(async ({ ctx }) => {
    const rows = await listWebinars(ctx.services.db, ctx.user.organisationId);
    return rows.map((row) => ({
      ...forHost(row, ctx.services.config.PUBLIC_URL),
      registrants: row.registrants,
    }));
  }),
  get: hostProcedure
    .input(byId)
    .query(async ({ ctx, input }) =>
      forHost(await ownedWebinar(ctx.services, ctx.user, input.id), ctx.services.config.PUBLIC_URL),
    ),
  bySlug: publicProcedure.input(z.strictObject({ slug })).query(async ({ ctx, input }) => {
    const found = await publicWebinar(ctx.services, input.slug);
    if (!found) throw new RostrumError("not-found", "There is no such webinar.");
    return found;
  }),
  upcoming: publicProcedure.query(async ({ ctx }) =>
    (await listUpcoming(ctx.services.db, 20)).map(forPublic),
  ),
  update: hostProcedure
    .input(schedule.omit({ seats: true, rtmpDestination: true }).extend({ id: webinarId }))
    .mutation(async ({ ctx, input: { id, ...change } }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, id);
      const changed = await changeWebinar(ctx.services, { user: ctx.user, webinar }, change);
      return forHost(changed, ctx.services.config.PUBLIC_URL);
    }),
  cancel: hostProcedure.input(byId).mutation(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    const cancelled = await callOff(ctx.services, { user: ctx.user, webinar });
    return forHost(cancelled, ctx.services.config.PUBLIC_URL);
  }),
  mails: hostProcedure.input(byId).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    return describeMailPlan(await listCampaigns(ctx.services.db, webinar.id));
  }),
  setMails: hostProcedure
    .input(
      z.strictObject({
        id: webinarId,
        reminders: z.array(z.number().int().min(5).max(43_200)).max(6, "At most six reminders."),
        followUp: z
          .strictObject({
            offsetMinutes: z.number().int().min(0).max(43_200),
            attendedText: prose(2000, "the text"),
            missedText: prose(2000, "the text"),
          })
          .nullable(),
      }),
    )
    .mutation(async ({ ctx, input: { id, ...plan } }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, id);
      await saveMailPlan(ctx.services.db, webinar.id, { ...plan, reminders: [...new Set(plan.reminders)] });
      return describeMailPlan(await listCampaigns(ctx.services.db, webinar.id));
    }),
  goLive: hostProcedure.input(byId).mutation(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    return forHost(
      await changePhase(ctx.services, webinar, "go-live", ctx.user.id),
      ctx.services.config.PUBLIC_URL,
    );
  }),
  end: hostProcedure.input(byId).mutation(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    return forHost(
      await changePhase(ctx.services, webinar, "end", ctx.user.id),
      ctx.services.config.PUBLIC_URL,
    );
  }),
  setLayout: hostProcedure
    .input(z.strictObject({ id: webinarId, layout: LayoutName }))
    .mutation(async ({ ctx, input }) => {
      await changeLayout(ctx.services, await ownedWebinar(ctx.services, ctx.user, input.id), input.layout);
      return { layout: input.layout };
    }),
  invitePanelist: hostProcedure
    .input(
      z.strictObject({
        id: webinarId,
        email,
        name: personName,
        role: z.enum(["panelist", "co-host"]).default("panelist"),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      await limitRate(ctx.services, `invite:${ctx.user.id}`, { limit: 60, windowMs: 60_000 });
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
      const { id } = await invitePanelist(ctx.services, webinar, input);
      return { id };
    }),
  panelists: hostProcedure.input(byId).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    return describePanelists(ctx.services, webinar);
  }),
  /** A new link by mail; the one before is worth nothing then. */
  resendInvitation: hostProcedure.input(invitation).mutation(async ({ ctx, input }) => {
    await limitRate(ctx.services, `invite:${ctx.user.id}`, { limit: 60, windowMs: 60_000 });
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    await resend(ctx.services, { user: ctx.user, webinar, panelistId: input.panelistId });
    return { sent: true as const };
  }),
  revokeInvitation: hostProcedure.input(invitation).mutation(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    await revoke(ctx.services, { user: ctx.user, webinar, panelistId: input.panelistId });
    return { revoked: true as const };
  }),
  recording: hostProcedure.input(byId).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    const recording = await findRecording(ctx.services.db, webinar.id);
    const url = recording ? await recordingUrl(ctx.services, webinar.id) : null;
    return recording && url ? { url, durationMs: recording.durationMs, bytes: recording.bytes } : null;
  }),
  programme: hostProcedure.input(byId).query(async ({ ctx, input }) => {
    const webinar = await ownedWebinar(ctx.services, ctx.user, input.id);
    return readProgrammeStatus(ctx.services, webinar.id);
  }),
});
