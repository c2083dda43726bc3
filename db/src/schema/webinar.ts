import { sql } from "drizzle-orm";
import { boolean, check, index, integer, jsonb, pgTable, text, uniqueIndex, uuid } from "drizzle-orm/pg-core";
import { organisations, users } from "./account.ts";
import type { MailText, PublicPage } from "./brand.ts";
import { createdAt, id, instant } from "./columns.ts";
import { series } from "./series.ts";

export const webinars = pgTable(
  "webinars",
  {
    id: id(),
    organisationId: uuid("organisation_id")
      .notNull()
      .references(() => organisations.id),
    hostId: uuid("host_id")
      .notNull()
      .references(() => users.id),
    slug: text("slug").notNull().unique(),
    /** The series it is one date of. */
    seriesId: uuid("series_id").references(() => series.id, { onDelete: "set null" }),
    title: text("title").notNull(),
    description: text("description").notNull().default(""),
    startsAt: instant("starts_at").notNull(),
    durationMinutes: integer("duration_minutes").notNull(),
    /** IANA name, e.g. Europe/Berlin: what the host meant; visitors see their own. */
    timeZone: text("time_zone").notNull(),
    /** Interactive seats; beyond them people watch the broadcast. */
    seats: integer("seats").notNull().default(1000),
    /** Registrations with a seat, at most; null: as many as come. */
    registrationLimit: integer("registration_limit"),
    /** Whether those who come when it is full may wait. */
    waitlist: boolean("waitlist").notNull().default(true),
    /** A free seat is offered to who waits longest for so many hours; null: it is theirs at once. */
    offerHours: integer("offer_hours"),
    /** Registrations count once the address is confirmed by a mailed link, and for so many hours wait for it. */
    doubleOptIn: boolean("double_opt_in").notNull().default(false),
    confirmHours: integer("confirm_hours").notNull().default(24),
    /** When people may register, and no longer; minutes are after the start. null: no such bound. */
    registrationOpensAt: instant("registration_opens_at"),
    registrationClosesAt: instant("registration_closes_at"),
    registrationClosesAfter: integer("registration_closes_after"),
    /** A word that people must know (scrypt), where they are asked for it, and whether mailed links do instead. */
    passcodeHash: text("passcode_hash"),
    passcodeAt: text("passcode_at", { enum: ["register", "join", "both"] })
      .notNull()
      .default("register"),
    passcodeInLinks: boolean("passcode_in_links").notNull().default(false),
    /** What becomes of an address that no domain rule names. */
    approval: text("approval", { enum: ["approve", "review", "deny"] })
      .notNull()
      .default("approve"),
    allowedDomains: jsonb("allowed_domains").$type<string[]>().notNull().default([]),
    blockedDomains: jsonb("blocked_domains").$type<string[]>().notNull().default([]),
    phase: text("phase", { enum: ["draft", "scheduled", "green-room", "live", "ended"] })
      .notNull()
      .default("scheduled"),
    layout: text("layout", { enum: ["auto", "grid", "speaker", "spotlight", "share", "side", "slate"] })
      .notNull()
      .default("auto"),
    liveAt: instant("live_at"),
    endedAt: instant("ended_at"),
    /** Ended before it began: nobody needs to come. */
    cancelledAt: instant("cancelled_at"),
    /** What its engagement scores are made of (docs/reports.md): kept with the event, so that they can be recomputed. */
    engagementWeights: jsonb("engagement_weights")
      .$type<Record<"attendance" | "polls" | "questions" | "chat" | "hands", number>>()
      .notNull()
      .default({ attendance: 60, polls: 20, questions: 10, chat: 5, hands: 5 }),
    /** Listed on the site's front page, or only for who has the link. */
    visibility: text("visibility", { enum: ["public", "unlisted"] })
      .notNull()
      .default("public"),
    /** The language of everything that attendees read. */
    locale: text("locale", { enum: ["en", "de"] })
      .notNull()
      .default("en"),
    /** The host's words for mails, by kind; the others are the catalogue's. */
    mailTexts: jsonb("mail_texts").$type<Record<string, MailText>>().notNull().default({}),
    /** Whether mails carry a picture that tells when they are opened. */
    mailOpens: boolean("mail_opens").notNull().default(false),
    /** What its public page shows besides title and date. */
    page: jsonb("page")
      .$type<PublicPage>()
      .notNull()
      .default({ accent: null, logo: null, cover: null, speakers: [], agenda: [] }),
    /** Rises with every change that a calendar must know (RFC 5545 §3.8.7.4). */
    icsSequence: integer("ics_sequence").notNull().default(0),
    /** Days after the end for which people's data is kept; null: as the organisation says. */
    retentionDays: integer("retention_days"),
    /** Days after the end for which the recording is kept; 0: for ever; null: as the organisation says. */
    recordingDays: integer("recording_days"),
    /** When everybody was erased because that time had passed. */
    purgedAt: instant("purged_at"),
    createdAt: createdAt(),
  },
  (table) => [
    index("webinars_organisation").on(table.organisationId, table.startsAt),
    index("webinars_series").on(table.seriesId, table.startsAt),
    check("webinars_title_length", sql`char_length(${table.title}) between 1 and 200`),
    check("webinars_duration", sql`${table.durationMinutes} between 5 and 1440`),
    check("webinars_registration_limit", sql`${table.registrationLimit} >= 1`),
    check("webinars_registration_window", sql`${table.registrationOpensAt} < ${table.registrationClosesAt}`),
    check("webinars_closes_after", sql`${table.registrationClosesAfter} between -43200 and 1440`),
    check("webinars_passcode_at", sql`${table.passcodeAt} in ('register', 'join', 'both')`),
    check("webinars_offer_hours", sql`${table.offerHours} between 1 and 168`),
    check("webinars_confirm_hours", sql`${table.confirmHours} between 1 and 168`),
    check("webinars_approval", sql`${table.approval} in ('approve', 'review', 'deny')`),
    check("webinars_locale", sql`${table.locale} in ('en', 'de')`),
    check("webinars_visibility", sql`${table.visibility} in ('public', 'unlisted')`),
    check("webinars_seats", sql`${table.seats} >= 0`),
    check("webinars_phase", sql`${table.phase} in ('draft', 'scheduled', 'green-room', 'live', 'ended')`),
    check(
      "webinars_layout",
      sql`${table.layout} in ('auto', 'grid', 'speaker', 'spotlight', 'share', 'side', 'slate')`,
    ),
    check("webinars_retention", sql`${table.retentionDays} between 0 and 3650`),
    check("webinars_recording_days", sql`${table.recordingDays} between 0 and 3650`),
    check("webinars_live_has_time", sql`${table.phase} <> 'live' or ${table.liveAt} is not null`),
    check("webinars_ended_has_time", sql`${table.phase} <> 'ended' or ${table.endedAt} is not null`),
  ],
);

/** Where the programme is sent besides our own HLS. The URL holds the stream key. */
export const rtmpDestinations = pgTable(
  "rtmp_destinations",
  {
    id: id(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    label: text("label").notNull(),
    url: text("url").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("rtmp_destinations_webinar").on(table.webinarId),
    check("rtmp_destinations_url", sql`${table.url} ~* '^rtmps?://'`),
  ],
);

/** Somebody invited to the stage by mail; the personal link's hash is the credential. */
export const panelists = pgTable(
  "panelists",
  {
    id: id(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    email: text("email").notNull(),
    name: text("name").notNull(),
    tokenHash: text("token_hash").notNull().unique(),
    /** A co-host runs this webinar's studio beside speaking in it. */
    role: text("role", { enum: ["panelist", "co-host"] })
      .notNull()
      .default("panelist"),
    /** When the link that is valid now was mailed. */
    invitedAt: instant("invited_at").notNull().defaultNow(),
    acceptedAt: instant("accepted_at"),
    declinedAt: instant("declined_at"),
    /** The link opens nothing since; somebody invited anew is another row. */
    revokedAt: instant("revoked_at"),
    /** Nothing is known of who it was any more. */
    erasedAt: instant("erased_at"),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("panelists_email_key")
      .on(table.webinarId, table.email)
      .where(sql`${table.revokedAt} is null`),
    check("panelists_role", sql`${table.role} in ('panelist', 'co-host')`),
    check("panelists_one_answer", sql`${table.acceptedAt} is null or ${table.declinedAt} is null`),
    check("panelists_email_normal", sql`${table.email} = lower(btrim(${table.email}))`),
    check("panelists_name_length", sql`char_length(${table.name}) between 1 and 80`),
  ],
);

/** Something that sends picture and sound with a stream key (RTMP, WHIP); its id is who it is on stage. */
export const encoders = pgTable(
  "encoders",
  {
    id: id(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    name: text("name").notNull(),
    keyHash: text("key_hash").notNull().unique(),
    /** The last characters of the key, for people who must tell two apart. */
    keyHint: text("key_hint").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    uniqueIndex("encoders_name_key").on(table.webinarId, table.name),
    check("encoders_name_length", sql`char_length(${table.name}) between 1 and 80`),
    check("encoders_key_hint", sql`char_length(${table.keyHint}) <= 4`),
  ],
);

export const forms = pgTable("forms", {
  id: id(),
  webinarId: uuid("webinar_id")
    .notNull()
    .unique()
    .references(() => webinars.id, { onDelete: "cascade" }),
  createdAt: createdAt(),
});

export const formFields = pgTable(
  "form_fields",
  {
    id: id(),
    formId: uuid("form_id")
      .notNull()
      .references(() => forms.id, { onDelete: "cascade" }),
    position: integer("position").notNull(),
    kind: text("kind", {
      enum: [
        "text",
        "long-text",
        "email",
        "phone",
        "country",
        "choice",
        "multi-choice",
        "number",
        "date",
        "consent",
      ],
    }).notNull(),
    label: text("label").notNull(),
    options: jsonb("options").$type<string[]>().notNull().default([]),
    required: boolean("required").notNull().default(false),
    help: text("help").notNull().default(""),
    /** Asked only when an earlier field was answered so. */
    showIf: jsonb("show_if").$type<{ fieldId: string; equals: string }>(),
    /** Not asked any more; kept because people answered it. */
    archivedAt: instant("archived_at"),
  },
  (table) => [
    index("form_fields_form").on(table.formId, table.position),
    check(
      "form_fields_kind",
      sql`${table.kind} in ('text', 'long-text', 'email', 'phone', 'country', 'choice', 'multi-choice', 'number', 'date', 'consent')`,
    ),
  ],
);
