import { z } from "zod";
import { ParticipantId, WebinarId } from "../ids.ts";
import { LayoutName, StageMember } from "../stage.ts";
import { EpochMs } from "../time.ts";
import { CaptionLine, ChatMessage, Hand, Poll, Presence, Question, WebinarPhase } from "./entities.ts";

/** Who invites, as the room shows it: `logo` is a path on web, `accent` is `#rrggbb`. */
export const RoomBrand = z.object({
  name: z.string().max(200),
  accent: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .nullable(),
  logo: z.string().max(200).nullable(),
});
export type RoomBrand = z.infer<typeof RoomBrand>;

/** Languages that attendees' pages and mails are written in. */
export const Locale = z.enum(["en", "de"]);
export type Locale = z.infer<typeof Locale>;

/**
 * Everything a participant needs to draw the room, as of `seq` of log `epoch`. Built by web from the database for a
 * node that starts following; evolved by that node with each event; given to each socket after `hello`. Attendees
 * find their own hand in `hands`, if it is up, and no other.
 */
export const RoomSnapshot = z.object({
  webinarId: WebinarId,
  epoch: z.string(),
  seq: z.number().int().nonnegative(),
  title: z.string(),
  brand: RoomBrand.nullable().default(null),
  locale: Locale.default("en"),
  phase: WebinarPhase,
  startsAt: EpochMs,
  liveAt: EpochMs.nullable(),
  endedAt: EpochMs.nullable(),
  layout: LayoutName,
  stage: z.array(StageMember).max(64),
  speaker: ParticipantId.nullable(),
  questions: z.array(Question),
  polls: z.array(Poll),
  hands: z.array(Hand),
  chat: z.array(ChatMessage),
  /** What was said last. */
  caption: CaptionLine.nullable().default(null),
  presence: Presence,
  recordingMs: z.number().int().nonnegative().nullable(),
});
export type RoomSnapshot = z.infer<typeof RoomSnapshot>;
