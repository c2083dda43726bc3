import { sql } from "drizzle-orm";
import {
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
  unique,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";
import { createdAt, id, instant } from "./columns.ts";
import { webinars } from "./webinar.ts";

export const questions = pgTable(
  "questions",
  {
    /** Made by the client: asking again with the same id is a retry. */
    id: uuid("id").primaryKey(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    participantId: uuid("participant_id").notNull(),
    name: text("name").notNull(),
    text: text("text").notNull(),
    status: text("status", { enum: ["open", "answered", "dismissed"] })
      .notNull()
      .default("open"),
    answeredAt: instant("answered_at"),
    createdAt: createdAt(),
  },
  (table) => [
    index("questions_webinar").on(table.webinarId, table.createdAt),
    check("questions_text_length", sql`char_length(${table.text}) between 1 and 500`),
    check(
      "questions_answered_has_time",
      sql`${table.status} <> 'answered' or ${table.answeredAt} is not null`,
    ),
    check("questions_status", sql`${table.status} in ('open', 'answered', 'dismissed')`),
  ],
);

export const upvotes = pgTable(
  "upvotes",
  {
    questionId: uuid("question_id")
      .notNull()
      .references(() => questions.id, { onDelete: "cascade" }),
    participantId: uuid("participant_id").notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.questionId, table.participantId] })],
);

export const polls = pgTable(
  "polls",
  {
    id: id(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    question: text("question").notNull(),
    status: text("status", { enum: ["draft", "open", "closed"] })
      .notNull()
      .default("draft"),
    openedAt: instant("opened_at"),
    closedAt: instant("closed_at"),
    createdAt: createdAt(),
  },
  (table) => [
    index("polls_webinar").on(table.webinarId, table.createdAt),
    check("polls_status", sql`${table.status} in ('draft', 'open', 'closed')`),
    check("polls_open_has_time", sql`${table.status} = 'draft' or ${table.openedAt} is not null`),
    check("polls_closed_has_time", sql`${table.status} <> 'closed' or ${table.closedAt} is not null`),
    check("polls_question_length", sql`char_length(${table.question}) between 1 and 200`),
  ],
);

export const pollOptions = pgTable(
  "poll_options",
  {
    id: id(),
    pollId: uuid("poll_id")
      .notNull()
      .references(() => polls.id, { onDelete: "cascade" }),
    position: integer("position").notNull(),
    text: text("text").notNull(),
  },
  (table) => [
    uniqueIndex("poll_options_position").on(table.pollId, table.position),
    unique("poll_options_of_poll").on(table.pollId, table.id),
    check("poll_options_text_length", sql`char_length(${table.text}) between 1 and 200`),
  ],
);

/** One vote per participant and poll, for an option of that poll: the database sees to both. */
export const votes = pgTable(
  "votes",
  {
    pollId: uuid("poll_id").notNull(),
    participantId: uuid("participant_id").notNull(),
    optionId: uuid("option_id").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    primaryKey({ columns: [table.pollId, table.participantId] }),
    foreignKey({
      columns: [table.pollId, table.optionId],
      foreignColumns: [pollOptions.pollId, pollOptions.id],
    }).onDelete("cascade"),
  ],
);

/** Raised hands, and what came of them; lowering keeps the row for the report. */
export const hands = pgTable(
  "hands",
  {
    id: id(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    participantId: uuid("participant_id").notNull(),
    name: text("name").notNull(),
    raisedAt: instant("raised_at").notNull().defaultNow(),
    invitedAt: instant("invited_at"),
    /** On stage from here until it is lowered. */
    acceptedAt: instant("accepted_at"),
    loweredAt: instant("lowered_at"),
  },
  (table) => [
    check("hands_invited_first", sql`${table.acceptedAt} is null or ${table.invitedAt} is not null`),
    uniqueIndex("hands_one_up")
      .on(table.webinarId, table.participantId)
      .where(sql`${table.loweredAt} is null`),
    check("hands_order", sql`${table.loweredAt} is null or ${table.loweredAt} >= ${table.raisedAt}`),
  ],
);

export const chatMessages = pgTable(
  "chat_messages",
  {
    id: uuid("id").primaryKey(),
    webinarId: uuid("webinar_id")
      .notNull()
      .references(() => webinars.id, { onDelete: "cascade" }),
    participantId: uuid("participant_id").notNull(),
    name: text("name").notNull(),
    text: text("text").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("chat_webinar").on(table.webinarId, table.createdAt),
    check("chat_text_length", sql`char_length(${table.text}) between 1 and 1000`),
  ],
);
