import { findWebinarBySlug } from "@rostrum/db";
import { EntityId, RenderLayout, RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { clientAddress } from "../client-address.ts";
import { line, opaqueToken, recordingDays, slug, startsAt, webinarId } from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { limitRate } from "../rate-limit.ts";
import { currentUser } from "../session.ts";
import { type Context, hostProcedure, publicProcedure, router } from "../trpc.ts";
import { keepLonger, setRecordingDays } from "../use-cases/recording-retention.ts";
import { askForRender, dropRender } from "../use-cases/renders.ts";
import { noteWatched, openByLink, openReplay, renewReplay } from "../use-cases/replay.ts";
import {
  changeReplay,
  describeReplay,
  markChapter,
  removeChapter,
  setPublished,
} from "../use-cases/replay-settings.ts";

/** A day: no recording is longer. */
const moment = z.number().int().min(0).max(86_400_000);

const limitDoor = ({ services, headers }: Context): Promise<void> =>
  limitRate(services, `replay:${clientAddress(headers)}`, { limit: 600, windowMs: 60_000 });

export const replayRouter = router({
  /** The replay as whoever asks may see it: a mutation, since it makes a browser known. */
  open: publicProcedure.input(z.strictObject({ slug })).mutation(async ({ ctx, input }) => {
    await limitDoor(ctx);
    const webinar = await findWebinarBySlug(ctx.services.db, input.slug);
    if (!webinar || webinar.phase === "draft")
      throw new RostrumError("not-found", "There is no such webinar.");
    const user = await currentUser(ctx.services, ctx.headers);
    // A co-host of another webinar is nobody here.
    const known = user?.webinarId === undefined || user.webinarId === webinar.id ? user : undefined;
    return openReplay(ctx.services, { webinar, user: known }, ctx);
  }),
  openByLink: publicProcedure
    .input(z.strictObject({ joinToken: opaqueToken }))
    .mutation(async ({ ctx, input }) => {
      await limitDoor(ctx);
      return openByLink(ctx.services, input.joinToken, ctx);
    }),
  /** The next access to the media of an open page (decision 017). A mutation: batched with nothing, cached nowhere. */
  renew: publicProcedure
    .input(
      z.strictObject({
        webinarId,
        pass: z.string().min(1).max(2000).nullable(),
        range: z.string().regex(/^\d{1,9}-(?:\d{1,9}|end)$/),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      await limitDoor(ctx);
      const user = input.pass === null ? await currentUser(ctx.services, ctx.headers) : undefined;
      return renewReplay(ctx.services, input, user);
    }),
  /** What was watched, told by the player; the pass says by whom and of what. */
  watched: publicProcedure
    .input(
      z.strictObject({
        pass: z.string().min(1).max(2000),
        visitId: z.uuid(),
        spans: z.array(z.strictObject({ id: z.uuid(), fromMs: moment, toMs: moment })).max(50),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      await limitRate(ctx.services, `watched:${input.visitId}`, { limit: 60, windowMs: 60_000 });
      await noteWatched(ctx.services, input);
      return { stored: true as const };
    }),
  settings: hostProcedure
    .input(z.strictObject({ webinarId }))
    .query(async ({ ctx, input }) =>
      describeReplay(ctx.services, await ownedWebinar(ctx.services, ctx.user, input.webinarId)),
    ),
  change: hostProcedure
    .input(
      z.strictObject({
        webinarId,
        access: z.enum(["registered", "link"]),
        availableFrom: startsAt.nullable(),
        availableUntil: startsAt.nullable(),
        trimStartMs: moment,
        trimEndMs: moment.nullable(),
        showConversation: z.boolean(),
        foundChapters: z.boolean(),
      }),
    )
    .mutation(async ({ ctx, input: { webinarId: id, ...options } }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, id);
      await changeReplay(ctx.services, { user: ctx.user, webinar }, options);
      return describeReplay(ctx.services, webinar);
    }),
  publish: hostProcedure
    .input(z.strictObject({ webinarId, published: z.boolean() }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      await setPublished(ctx.services, { user: ctx.user, webinar }, input.published);
      return describeReplay(ctx.services, webinar);
    }),
  /** How long it is kept: days after the end, 0 for ever, null as the organisation says. */
  keep: hostProcedure
    .input(z.strictObject({ webinarId, days: z.union([z.literal(0), recordingDays]).nullable() }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      await setRecordingDays(ctx.services, { user: ctx.user, webinar }, input.days);
      return { kept: true as const };
    }),
  keepLonger: hostProcedure
    .input(z.strictObject({ webinarId, days: recordingDays }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      await keepLonger(ctx.services, { user: ctx.user, webinar }, input.days);
      return { kept: true as const };
    }),
  /** The recording once more, in another layout. */
  render: hostProcedure
    .input(z.strictObject({ webinarId, layout: RenderLayout }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      await askForRender(ctx.services, { user: ctx.user, webinar }, input.layout);
      return { asked: true as const };
    }),
  /** Cancel that, or delete what was made. */
  removeRender: hostProcedure
    .input(z.strictObject({ webinarId, layout: RenderLayout }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      await dropRender(ctx.services, { user: ctx.user, webinar }, input.layout);
      return { removed: true as const };
    }),
  /** A chapter of the recording; without a time it begins now. */
  mark: hostProcedure
    .input(z.strictObject({ webinarId, id: EntityId, title: line(120, "a title"), atMs: moment.nullable() }))
    .mutation(async ({ ctx, input: { webinarId: id, ...mark } }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, id);
      await markChapter(ctx.services, webinar, mark);
      return { marked: true as const };
    }),
  unmark: hostProcedure
    .input(z.strictObject({ webinarId, id: EntityId }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      await removeChapter(ctx.services, webinar, input.id);
      return { removed: true as const };
    }),
});
