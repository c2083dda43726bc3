import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  real,
  text,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "./columns.ts";
import { webinars } from "./webinar.ts";

export const recordings = pgTable(
  "recordings",
  {
    id: id(),
    webinarId: uuid("webinar_id")
      .notNull()
      .unique()
      .references(() => webinars.id, { onDelete: "cascade" }),
    /** Below egress's public URL, without the access part. */
    path: text("path").notNull(),
    durationMs: integer("duration_ms").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    /** Programme time of its first picture; null: recorded before this was kept. */
    startedAt: instant("started_at"),
    /** Found by egress: who spoke, and layouts. Ms of the recording. */
    chapters: jsonb("chapters").$type<{ startMs: number; title: string }[]>().notNull().default([]),
    /** Thumbnails are there. */
    storyboardAt: instant("storyboard_at"),
    /** Kept until then, whatever its days say: somebody asked for longer. */
    keptUntil: instant("kept_until"),
    /** The host was told that it will be deleted; for which day. */
    warnedAt: instant("warned_at"),
    warnedOf: instant("warned_of"),
    /** Nothing of it can be watched since. The row stays, for the report's figures. */
    deletedAt: instant("deleted_at"),
    /** Egress said that its files and copies are gone. */
    filesDeletedAt: instant("files_deleted_at"),
    createdAt: createdAt(),
  },
  (table) => [check("recordings_size", sql`${table.durationMs} >= 0 and ${table.bytes} >= 0`)],
);

/** One person's camera with microphone, or screen, as they sent it: not composed, not coded again. */
export const recordingTracks = pgTable(
  "recording_tracks",
  {
    id: uuid("id").primaryKey(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    participantId: uuid("participant_id").notNull(),
    name: text("name").notNull(),
    source: text("source", { enum: ["camera", "screen"] }).notNull(),
    /** File name below the webinar's recordings. */
    file: text("file").notNull(),
    /** From the recording's first picture to the track's first, ms; negative: the track begins earlier. */
    offsetMs: integer("offset_ms").notNull(),
    durationMs: integer("duration_ms").notNull(),
    bytes: bigint("bytes", { mode: "number" }).notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("recording_tracks_webinar").on(table.webinarId),
    check("recording_tracks_source", sql`${table.source} in ('camera', 'screen')`),
    check("recording_tracks_size", sql`${table.durationMs} >= 0 and ${table.bytes} >= 0`),
  ],
);

/** The recording once more in another layout, from the separate tracks: wanted, being made or there. */
export const renders = pgTable(
  "renders",
  {
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    layout: text("layout", { enum: ["auto", "grid", "speaker", "spotlight", "share", "side"] }).notNull(),
    /** Of the wish: asking again makes another. */
    id: uuid("id").notNull().unique(),
    state: text("state", { enum: ["wanted", "waiting", "making", "ready", "failed", "deleting"] })
      .notNull()
      .default("wanted"),
    /** Why it waits, or what went wrong, for people. */
    reason: text("reason"),
    /** 0 to 1. */
    progress: real("progress").notNull().default(0),
    /** The node that has it. */
    nodeId: text("node_id"),
    durationMs: integer("duration_ms"),
    bytes: bigint("bytes", { mode: "number" }),
    /** When its node told of it last. */
    toldAt: instant("told_at"),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.webinarId, table.layout] }),
    index("renders_open").on(table.createdAt).where(sql`${table.state} not in ('ready', 'failed')`),
    check(
      "renders_state",
      sql`${table.state} in ('wanted', 'waiting', 'making', 'ready', 'failed', 'deleting')`,
    ),
    check(
      "renders_ready",
      sql`${table.state} <> 'ready' or (${table.durationMs} >= 0 and ${table.bytes} >= 0)`,
    ),
  ],
);

/** What becomes of the recording: who may watch it, from when until when, and how much of it. */
export const replays = pgTable(
  "replays",
  {
    webinarId: uuid("webinar_id")
      .primaryKey()
      .references(() => webinars.id, { onDelete: "cascade" }),
    /** Null: not published (any more). */
    publishedAt: instant("published_at"),
    access: text("access", { enum: ["registered", "link"] })
      .notNull()
      .default("registered"),
    availableFrom: instant("available_from"),
    availableUntil: instant("available_until"),
    /** Ms of the recording. */
    trimStartMs: integer("trim_start_ms").notNull().default(0),
    /** Null: to its end. */
    trimEndMs: integer("trim_end_ms"),
    /** Chat, questions and polls go with it. */
    showConversation: boolean("show_conversation").notNull().default(true),
    /** Chapters by speaker and layout beside the marks that people set. */
    foundChapters: boolean("found_chapters").notNull().default(true),
    createdAt: createdAt(),
  },
  (table) => [
    check("replays_access", sql`${table.access} in ('registered', 'link')`),
    check("replays_window", sql`${table.availableUntil} > ${table.availableFrom}`),
    check(
      "replays_trim",
      sql`${table.trimStartMs} >= 0 and (${table.trimEndMs} is null or ${table.trimEndMs} > ${table.trimStartMs})`,
    ),
  ],
);

/** A stretch of the recording that somebody watched without a break. It grows while they watch, under one id. */
export const replaySpans = pgTable(
  "replay_spans",
  {
    /** Made by the player: reporting again is a retry, or the same stretch grown. */
    id: uuid("id").primaryKey(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    /** The registration's id, or one that the browser was given. */
    viewerId: uuid("viewer_id").notNull(),
    visitId: uuid("visit_id").notNull(),
    /** Ms of the recording. */
    fromMs: integer("from_ms").notNull(),
    toMs: integer("to_ms").notNull(),
    createdAt: createdAt(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  },
  (table) => [
    index("replay_spans_viewer").on(table.webinarId, table.viewerId),
    check("replay_spans_order", sql`${table.fromMs} >= 0 and ${table.toMs} > ${table.fromMs}`),
  ],
);

/** A mark on the agenda that somebody set while it was live, or afterwards: a chapter begins. */
export const chapterMarks = pgTable(
  "chapter_marks",
  {
    id: uuid("id").primaryKey(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    /** Programme time. */
    at: instant("at").notNull(),
    title: text("title").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("chapter_marks_webinar").on(table.webinarId, table.at),
    check("chapter_marks_title_length", sql`char_length(${table.title}) between 1 and 120`),
  ],
);

/** What was said, line by line, in programme time. */
export const captionLines = pgTable(
  "caption_lines",
  {
    /** Made by whoever writes them: sending again is a retry, or a correction. */
    id: uuid("id").primaryKey(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    startsAt: instant("starts_at").notNull(),
    endsAt: instant("ends_at").notNull(),
    text: text("text").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("caption_lines_webinar").on(table.webinarId, table.startsAt),
    check("caption_lines_order", sql`${table.endsAt} > ${table.startsAt}`),
    check("caption_lines_text_length", sql`char_length(${table.text}) between 1 and 500`),
  ],
);

/** The credential of a captioning service for one webinar. */
export const captionKeys = pgTable("caption_keys", {
  webinarId: uuid("webinar_id")
    .primaryKey()
    .references(() => webinars.id, { onDelete: "cascade" }),
  keyHash: text("key_hash").notNull().unique(),
  createdAt: createdAt(),
});
