import { findPoll } from "@rostrum/db";
import { Delivery, EntityId, limits, NodeId, RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { clientAddress } from "../client-address.ts";
import { chatText, opaqueToken, pollText, questionText, searchText, webinarId } from "../inputs.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import { playlistGrant } from "../programmes.ts";
import { limitRate } from "../rate-limit.ts";
import { hostProcedure, participantProcedure, publicProcedure, router } from "../trpc.ts";
import {
  admitByLink,
  admitGuest,
  admitHost,
  answerByLink,
  previewLink,
  unlock,
} from "../use-cases/admission.ts";
import { postChat } from "../use-cases/chat.ts";
import { invite, lower, raise } from "../use-cases/hands.ts";
import { castVote, changePoll, createPoll } from "../use-cases/polls.ts";
import { setAttendeeRemoved, whoIsThere } from "../use-cases/presence.ts";
import { askQuestion, settleQuestion, upvoteQuestion } from "../use-cases/questions.ts";

const excludeEdges = z.array(NodeId).max(20).default([]);

export const attendanceRouter = router({
  admit: publicProcedure
    .input(
      z.strictObject({
        joinToken: opaqueToken,
        prefer: Delivery.optional(),
        excludeEdges,
        servedBy: NodeId.optional(),
        passcodeKey: opaqueToken.optional(),
      }),
    )
    .mutation(async ({ ctx, input }) => {
      await limitRate(ctx.services, `admit:${clientAddress(ctx.headers)}`, { limit: 3000, windowMs: 60_000 });
      return admitByLink(ctx.services, input.joinToken, {
        excludeEdges: input.excludeEdges,
        passcodeKey: input.passcodeKey,
        userAgent: ctx.headers.get("user-agent"),
        ...(input.prefer ? { prefer: input.prefer } : {}),
        ...(input.servedBy ? { servedBy: input.servedBy } : {}),
      });
    }),
  /** What a personal link opens, before anyone is let in. */
  preview: publicProcedure.input(z.strictObject({ joinToken: opaqueToken })).query(async ({ ctx, input }) => {
    await limitRate(ctx.services, `preview:${clientAddress(ctx.headers)}`, { limit: 600, windowMs: 60_000 });
    return previewLink(ctx.services, input.joinToken);
  }),
  /** Accept or decline an invitation to the stage. */
  answerInvitation: publicProcedure
    .input(z.strictObject({ joinToken: opaqueToken, accept: z.boolean() }))
    .mutation(async ({ ctx, input }) => {
      await limitRate(ctx.services, `answer:${clientAddress(ctx.headers)}`, { limit: 60, windowMs: 60_000 });
      return answerByLink(ctx.services, input.joinToken, input.accept);
    }),
  /** The passcode, where the door asks for it: answers what to come in with. */
  unlock: publicProcedure
    .input(z.strictObject({ joinToken: opaqueToken, passcode: z.string().trim().min(1).max(100) }))
    .mutation(({ ctx, input }) => unlock(ctx.services, input, clientAddress(ctx.headers))),
  /** Where the programme plays now, and the access to it; null while it has no first frame. Asked again before it ends. */
  playlist: participantProcedure.query(({ ctx }) => playlistGrant(ctx.services, ctx.participant.webinarId)),
  /** Attendees in the room now, and those who were removed. */
  present: hostProcedure
    .input(z.strictObject({ webinarId, search: searchText }))
    .query(async ({ ctx, input }) =>
      whoIsThere(ctx.services, await ownedWebinar(ctx.services, ctx.user, input.webinarId), input.search),
    ),
  remove: hostProcedure
    .input(z.strictObject({ webinarId, registrationId: EntityId }))
    .mutation(async ({ ctx, input: { webinarId: id, registrationId } }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, id);
      await setAttendeeRemoved(ctx.services, { user: ctx.user, webinar }, { registrationId, removed: true });
      return { removed: true as const };
    }),
  letBack: hostProcedure
    .input(z.strictObject({ webinarId, registrationId: EntityId }))
    .mutation(async ({ ctx, input: { webinarId: id, registrationId } }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, id);
      await setAttendeeRemoved(ctx.services, { user: ctx.user, webinar }, { registrationId, removed: false });
      return { removed: false as const };
    }),
  admitHost: hostProcedure
    .input(z.strictObject({ webinarId, excludeEdges }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      return admitHost(ctx.services, ctx.user, webinar, { excludeEdges: input.excludeEdges });
    }),
});

export const questionRouter = router({
  ask: participantProcedure
    .input(z.strictObject({ id: EntityId, text: questionText }))
    .mutation(async ({ ctx, input }) => {
      await limitRate(ctx.services, `ask:${ctx.participant.participantId}`, { limit: 10, windowMs: 60_000 });
      return askQuestion(ctx.services, ctx.participant, input);
    }),
  upvote: participantProcedure
    .input(z.strictObject({ questionId: EntityId }))
    .mutation(({ ctx, input }) => upvoteQuestion(ctx.services, ctx.participant, { ...input, up: true })),
  withdrawUpvote: participantProcedure
    .input(z.strictObject({ questionId: EntityId }))
    .mutation(({ ctx, input }) => upvoteQuestion(ctx.services, ctx.participant, { ...input, up: false })),
  answer: hostProcedure
    .input(z.strictObject({ webinarId, questionId: EntityId }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      return settleQuestion(ctx.services, webinar, { questionId: input.questionId, status: "answered" });
    }),
  dismiss: hostProcedure
    .input(z.strictObject({ webinarId, questionId: EntityId }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      return settleQuestion(ctx.services, webinar, { questionId: input.questionId, status: "dismissed" });
    }),
});

const pollById = z.strictObject({ pollId: EntityId });

export const pollRouter = router({
  create: hostProcedure
    .input(
      z.strictObject({
        webinarId,
        question: pollText,
        options: z.array(pollText).min(2, "Give at least two options.").max(limits.pollOptions),
      }),
    )
    .mutation(async ({ ctx, input }) =>
      createPoll(ctx.services, await ownedWebinar(ctx.services, ctx.user, input.webinarId), input),
    ),
  open: hostProcedure.input(pollById).mutation(async ({ ctx, input }) => {
    const poll = await findPoll(ctx.services.db, input.pollId);
    if (!poll) throw new RostrumError("not-found", "There is no such poll.", { field: "pollId" });
    await ownedWebinar(ctx.services, ctx.user, poll.webinarId);
    return changePoll(ctx.services, poll.id, "open");
  }),
  close: hostProcedure.input(pollById).mutation(async ({ ctx, input }) => {
    const poll = await findPoll(ctx.services.db, input.pollId);
    if (!poll) throw new RostrumError("not-found", "There is no such poll.", { field: "pollId" });
    await ownedWebinar(ctx.services, ctx.user, poll.webinarId);
    return changePoll(ctx.services, poll.id, "closed");
  }),
  vote: participantProcedure
    .input(z.strictObject({ pollId: EntityId, optionId: EntityId, retry: z.boolean().default(false) }))
    .mutation(({ ctx, input }) => castVote(ctx.services, ctx.participant, input)),
});

export const handRouter = router({
  raise: participantProcedure.mutation(async ({ ctx }) => {
    await raise(ctx.services, ctx.participant);
    return { raised: true };
  }),
  lower: participantProcedure.mutation(async ({ ctx }) => {
    await lower(ctx.services, ctx.participant.webinarId, ctx.participant.participantId);
    return { raised: false };
  }),
  /** Come on stage, invited by the host: answers where to publish. Again after a connection broke. */
  accept: participantProcedure
    .input(z.strictObject({ excludeEdges }))
    .mutation(({ ctx, input }) => admitGuest(ctx.services, ctx.participant, input.excludeEdges)),
  invite: hostProcedure
    .input(z.strictObject({ webinarId, participantId: EntityId }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      await invite(ctx.services, webinar.id, input.participantId);
      return { invited: true };
    }),
  /** Takes a hand down: an invitation with it, and somebody off the stage. */
  dismiss: hostProcedure
    .input(z.strictObject({ webinarId, participantId: EntityId }))
    .mutation(async ({ ctx, input }) => {
      const webinar = await ownedWebinar(ctx.services, ctx.user, input.webinarId);
      await lower(ctx.services, webinar.id, input.participantId);
      return { raised: false };
    }),
});

export const chatRouter = router({
  post: participantProcedure
    .input(z.strictObject({ id: EntityId, text: chatText }))
    .mutation(async ({ ctx, input }) => {
      await limitRate(ctx.services, `chat:${ctx.participant.participantId}`, { limit: 30, windowMs: 60_000 });
      await postChat(ctx.services, ctx.participant, input);
      return { posted: true };
    }),
});
