import { z } from "zod";
import { DisplayName, EntityId, ParticipantId } from "../ids.ts";
import { limits } from "../limits.ts";
import { MediaPath } from "../reach.ts";
import { EpochMs } from "../time.ts";

export const WebinarPhase = z.enum(["draft", "scheduled", "green-room", "live", "ended"]);
export type WebinarPhase = z.infer<typeof WebinarPhase>;

/** A question as everyone may see it. Upvotes are a count; who upvoted stays in the database. */
export const Question = z.object({
  id: EntityId,
  participantId: ParticipantId,
  name: DisplayName,
  text: z.string().min(1).max(limits.questionChars),
  status: z.enum(["open", "answered", "dismissed"]),
  upvotes: z.number().int().nonnegative(),
  askedAt: EpochMs,
  answeredAt: EpochMs.nullable(),
});
export type Question = z.infer<typeof Question>;

/** A line of what is said, in programme time. */
export const CaptionLine = z.object({
  id: EntityId,
  startsAt: EpochMs,
  endsAt: EpochMs,
  text: z.string().min(1).max(limits.captionChars),
});
export type CaptionLine = z.infer<typeof CaptionLine>;

/** Redis list of a live webinar's caption lines, in the order in which they came: egress shows them with the broadcast. */
export const captionsKey = (webinarId: string): string => `captions:{${webinarId}}`;

export const PollOption = z.object({ id: EntityId, text: z.string().min(1).max(limits.pollTextChars) });
export type PollOption = z.infer<typeof PollOption>;

/** Votes per option id. `version` rises with every change; a viewer drops a tally older than the one it has. */
export const PollTally = z.object({
  pollId: EntityId,
  version: z.number().int().nonnegative(),
  counts: z.record(EntityId, z.number().int().nonnegative()),
  voters: z.number().int().nonnegative(),
});
export type PollTally = z.infer<typeof PollTally>;

export const Poll = z.object({
  id: EntityId,
  question: z.string().min(1).max(limits.pollTextChars),
  options: z.array(PollOption).min(2).max(limits.pollOptions),
  status: z.enum(["draft", "open", "closed"]),
  openedAt: EpochMs.nullable(),
  closedAt: EpochMs.nullable(),
  tally: PollTally,
});
export type Poll = z.infer<typeof Poll>;

/** `on-stage`: the invitation was accepted; the origin takes this attendee until the hand goes down. */
export const HandStatus = z.enum(["raised", "invited", "on-stage"]);
export type HandStatus = z.infer<typeof HandStatus>;

export const Hand = z.object({
  participantId: ParticipantId,
  name: DisplayName,
  raisedAt: EpochMs,
  status: HandStatus,
});
export type Hand = z.infer<typeof Hand>;

export const ChatMessage = z.object({
  id: EntityId,
  participantId: ParticipantId,
  name: DisplayName,
  text: z.string().min(1).max(limits.chatChars),
  at: EpochMs,
});
export type ChatMessage = z.infer<typeof ChatMessage>;

/** How many people watch, by tier. */
export const Presence = z.object({
  webrtc: z.number().int().nonnegative(),
  hls: z.number().int().nonnegative(),
  /** Attendees here now by how the stage gets to them, as far as their browsers have told. */
  paths: z.partialRecord(MediaPath, z.number().int().nonnegative()).optional(),
  /** Of those on the broadcast: moved there because their server had too much to do. */
  relieved: z.number().int().nonnegative().optional(),
});
export type Presence = z.infer<typeof Presence>;
