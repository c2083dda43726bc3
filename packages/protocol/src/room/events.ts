import { z } from "zod";
import { EntityId, ParticipantId, WebinarId } from "../ids.ts";
import { LayoutName, StageMember } from "../stage.ts";
import { EpochMs } from "../time.ts";
import {
  CaptionLine,
  ChatMessage,
  Hand,
  Poll,
  PollTally,
  Presence,
  Question,
  WebinarPhase,
} from "./entities.ts";

/** Who may see an event. `hosts`: hosts and panelists of the webinar, and the one in `to`. `participant`: only the one in `to`. */
export const EventAudience = z.enum(["all", "hosts", "participant"]);
export type EventAudience = z.infer<typeof EventAudience>;

/**
 * What can happen in a room. Each event carries the whole entity it changes, so applying one twice does no harm and a
 * late joiner needs no history.
 */
export const RoomEventBody = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("phase.changed"),
    phase: WebinarPhase,
    liveAt: EpochMs.nullable(),
    endedAt: EpochMs.nullable(),
  }),
  z.object({ type: z.literal("stage.changed"), members: z.array(StageMember).max(64) }),
  z.object({ type: z.literal("speaker.changed"), participantId: ParticipantId.nullable() }),
  z.object({ type: z.literal("layout.changed"), layout: LayoutName }),
  z.object({ type: z.literal("question.changed"), question: Question }),
  z.object({ type: z.literal("question.removed"), questionId: EntityId }),
  z.object({ type: z.literal("poll.changed"), poll: Poll }),
  z.object({ type: z.literal("poll.tallied"), tally: PollTally }),
  z.object({ type: z.literal("hand.raised"), hand: Hand }),
  z.object({ type: z.literal("hand.lowered"), participantId: ParticipantId }),
  z.object({ type: z.literal("chat.posted"), message: ChatMessage }),
  z.object({ type: z.literal("caption.said"), line: CaptionLine }),
  z.object({ type: z.literal("presence.counted"), presence: Presence }),
  /** An interactive seat is kept for somebody who waits: ask for admission again before it goes to the next. */
  z.object({ type: z.literal("seat.offered"), participantId: ParticipantId, expiresAt: EpochMs }),
  /** Somebody may not be in this room any more: whoever holds their connection closes it. */
  z.object({ type: z.literal("participant.removed"), participantId: ParticipantId }),
  z.object({ type: z.literal("recording.ready"), durationMs: z.number().int().nonnegative() }),
]);
export type RoomEventBody = z.infer<typeof RoomEventBody>;

/** What is appended to a room's log: the log itself adds `seq`. `at` is programme time (epoch ms). */
export const RoomEventDraft = z.object({
  webinarId: WebinarId,
  at: EpochMs,
  audience: EventAudience,
  to: ParticipantId.optional(),
  body: RoomEventBody,
});
export type RoomEventDraft = z.infer<typeof RoomEventDraft>;

/** A room event with its place in the webinar's order. `seq` rises by one within a log epoch. */
export const RoomEvent = RoomEventDraft.extend({ seq: z.number().int().positive() });
export type RoomEvent = z.infer<typeof RoomEvent>;

/** Redis key of a webinar's event log. */
export const roomLogKey = (webinarId: string): string => `room:{${webinarId}}:log`;
