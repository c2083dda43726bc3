import { z } from "zod";

/** What the API answers, each as JSON Schema in the OpenAPI document. Times are ISO 8601 in UTC. */
const time = z.iso.datetime();
const id = z.uuid();

export const Webinar = z
  .strictObject({
    id,
    slug: z.string(),
    title: z.string(),
    description: z.string(),
    startsAt: time,
    durationMinutes: z.int(),
    timeZone: z.string().describe("IANA name"),
    phase: z.enum(["draft", "scheduled", "green-room", "live", "ended"]),
    liveAt: time.nullable(),
    endedAt: time.nullable(),
    cancelled: z.boolean(),
    seats: z.int().describe("Interactive seats; whoever comes beyond them watches the broadcast"),
    registrationLimit: z.int().nullable().describe("null: as many as come"),
    registrationUrl: z.url(),
    createdAt: time,
  })
  .meta({ id: "Webinar" });

export const Field = z
  .strictObject({
    id,
    kind: z.string(),
    label: z.string(),
    help: z.string(),
    options: z.array(z.string()),
    required: z.boolean(),
    showIf: z
      .strictObject({ fieldId: id, equals: z.string() })
      .nullable()
      .describe("Asked only when that field was answered so"),
  })
  .meta({ id: "Field" });

export const Form = z
  .strictObject({
    fields: z.array(Field),
    consent: z
      .strictObject({ version: z.int(), text: z.string() })
      .nullable()
      .describe("What people must agree to: give its version as consentVersion"),
    places: z.enum(["free", "waitlist", "none"]),
    needsApproval: z.boolean(),
    opensAt: time.nullable().describe("When registration opens, while it has not"),
    closesAt: time.nullable().describe("When it closes"),
    confirms: z.boolean().describe("A registration counts once its address is confirmed by a mailed link"),
  })
  .meta({ id: "Form" });

export const registrationStatus = z.enum([
  "registered",
  "pending",
  "waitlisted",
  "offered",
  "unconfirmed",
  "denied",
  "cancelled",
]);

export const Registration = z
  .strictObject({
    id,
    webinarId: id,
    email: z.string(),
    name: z.string(),
    status: registrationStatus,
    statusReason: z.string(),
    waitlistPosition: z.int().nullable(),
    answerUntil: time
      .nullable()
      .describe(
        "Until when an offered place can be taken, or an address confirmed; null in any other status",
      ),
    confirmedAt: time.nullable().describe("When the address was confirmed by its link, where that is asked"),
    answers: z.record(z.string(), z.string()).describe("By the id of the form's field"),
    utm: z.record(z.string(), z.string()),
    referrer: z.string(),
    origin: z.enum(["form", "import", "api"]),
    registeredAt: time,
  })
  .meta({ id: "Registration" });

export const Attendance = z
  .strictObject({
    registrationId: id,
    email: z.string(),
    name: z.string(),
    status: registrationStatus,
    attended: z.boolean(),
    joins: z.int(),
    firstJoinedAt: time.nullable(),
    lastLeftAt: time.nullable().describe("null also while they are there"),
    minutesBefore: z.number(),
    minutesWhileLive: z.number(),
    minutesAfter: z.number(),
    engagementScore: z.int().min(0).max(100),
    pollsAnswered: z.int(),
    questionsAsked: z.int(),
  })
  .meta({ id: "Attendance" });

export const Question = z
  .strictObject({
    id,
    text: z.string(),
    name: z.string(),
    participantId: id.describe("The registration's id, when a registrant asked"),
    status: z.enum(["open", "answered", "dismissed"]),
    upvotes: z.int(),
    askedAt: time,
    answeredAt: time.nullable(),
  })
  .meta({ id: "Question" });

export const Poll = z
  .strictObject({
    id,
    question: z.string(),
    status: z.enum(["draft", "open", "closed"]),
    voters: z.int(),
    options: z.array(z.strictObject({ id, text: z.string(), votes: z.int() })),
    openedAt: time.nullable(),
    closedAt: time.nullable(),
  })
  .meta({ id: "Poll" });
