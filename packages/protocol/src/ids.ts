import { z } from "zod";

/**
 * Identifiers that cross processes. Database ids are UUIDs; media ids are made by mediasoup (UUIDs too) and treated
 * as opaque; node ids are chosen by the operator.
 */
export const WebinarId = z.uuid().brand<"WebinarId">();
export type WebinarId = z.infer<typeof WebinarId>;

/** A person in a room: the registration id of an attendee, or the user id of a host or panelist. */
export const ParticipantId = z.uuid().brand<"ParticipantId">();
export type ParticipantId = z.infer<typeof ParticipantId>;

/** One admission of one participant: a new one for every tab, device and rejoin. Attendance intervals hang on it. */
export const AdmissionId = z.uuid().brand<"AdmissionId">();
export type AdmissionId = z.infer<typeof AdmissionId>;

export const EntityId = z.uuid();

/** A media object's id: opaque, compared only with ids this socket was given. */
export const MediaId = z.string().min(1).max(64);

export const NodeId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9._-]*$/i);

/** A process life. A node that restarts announces the same NodeId with a new epoch. */
export const NodeEpoch = z.uuid();

export const Role = z.enum(["host", "panelist", "attendee"]);
export type Role = z.infer<typeof Role>;

/** How the programme reaches an attendee. */
export const Delivery = z.enum(["webrtc", "hls"]);
export type Delivery = z.infer<typeof Delivery>;

/** What a producer carries. At most one live producer per participant and source. */
export const MediaSource = z.enum(["camera", "microphone", "screen", "screen-audio"]);
export type MediaSource = z.infer<typeof MediaSource>;

export const MediaKind = z.enum(["audio", "video"]);
export type MediaKind = z.infer<typeof MediaKind>;

/** Names shown to other people: no control characters, no bidi overrides, trimmed. */
export const DisplayName = z
  .string()
  .trim()
  .min(1)
  .max(80)
  .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u, "contains characters that cannot be shown");
