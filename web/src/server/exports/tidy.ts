import { listPolls, streamChat, streamEvents, streamQuestions, streamVotes } from "@rostrum/db";
import { type Cell, instant, minutes, type Row, type Rows } from "./cells.ts";
import { lastReach, type Person, type Source, streamPeople } from "./people.ts";
import { replayViewers } from "./replay.ts";

/**
 * The tidy layout: one kind of row per file, one column per fact, a header that importers can rely on. Columns never move
 * and never change their meaning: a new one goes behind the others, and the form's own questions behind all.
 */
const utm = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"] as const;

const answersOf = ({ fields }: Source, person: Person): Cell[] =>
  fields.map(({ id }) => person.answers[id] ?? null);
const questionsOf = ({ fields }: Source): Row => fields.map(({ label }) => label);

async function* registrants(source: Source): Rows {
  yield [
    "registered_at",
    "name",
    "email",
    "status",
    ...utm,
    "referrer",
    "registration_id",
    "status_reason",
    "waitlist_position",
    "consent_version",
    "consented_at",
    "origin",
    "answer_until",
    "confirmed_at",
    "confirmed_text",
    ...questionsOf(source),
  ];
  for await (const person of streamPeople(source))
    yield [
      instant(person.createdAt),
      person.name,
      person.email,
      person.status,
      ...utm.map((name) => person.utm[name] ?? null),
      person.referrer,
      person.id,
      person.statusReason,
      person.status === "waitlisted" ? person.waitlistPosition : null,
      person.consent?.version ?? null,
      instant(person.consent?.agreedAt),
      person.origin,
      person.status === "offered" || person.status === "unconfirmed" ? instant(person.answerUntil) : null,
      instant(person.confirmedAt),
      person.confirmedText,
      ...answersOf(source, person),
    ];
}

async function* attendance(source: Source): Rows {
  yield [
    "registered_at",
    "name",
    "email",
    "first_joined_at",
    "last_left_at",
    "minutes_attended",
    "delivery",
    "joins",
    ...utm,
    "media_path",
    "media_path_reason",
    "registration_id",
    "status",
    "attended",
    "minutes_before",
    "minutes_during",
    "minutes_after",
    "engagement_score",
    "polls_answered",
    "questions_asked",
    "upvotes_given",
    "chat_messages",
    "hands_raised",
    "referrer",
    ...questionsOf(source),
  ];
  for await (const person of streamPeople(source))
    yield [...attendanceRow(person), ...answersOf(source, person)];
}

function attendanceRow(person: Person): Row {
  const { attendance: was, activity } = person;
  const reach = lastReach(person.stays);
  return [
    instant(person.createdAt),
    person.name,
    person.email,
    instant(was.firstJoinedAt),
    instant(was.lastLeftAt),
    minutes(was.totalMs),
    was.delivery,
    was.joins,
    ...utm.map((name) => person.utm[name] ?? null),
    reach?.path ?? null,
    reach?.reason ?? null,
    person.id,
    person.status,
    was.joins > 0 ? "yes" : "no",
    minutes(was.beforeMs),
    minutes(was.duringMs),
    minutes(was.afterMs),
    person.score,
    activity.pollsAnswered,
    activity.questionsAsked,
    activity.upvotesGiven,
    activity.chatMessages,
    activity.handsRaised,
    person.referrer,
  ];
}

async function* polls({ db, webinar }: Source): Rows {
  yield ["voted_at", "poll", "option", "name", "email", "role", "poll_id", "option_id", "participant_id"];
  const questions = new Map<string, string>();
  for (const { id, question } of await listPolls(db, webinar.id)) questions.set(id, question);
  for await (const vote of streamVotes(db, webinar.id))
    yield [
      instant(vote.at),
      questions.get(vote.pollId) ?? null,
      vote.option,
      vote.name,
      vote.email,
      vote.role,
      vote.pollId,
      vote.optionId,
      vote.participantId,
    ];
}

async function* questions({ db, webinar }: Source): Rows {
  yield [
    "asked_at",
    "question",
    "status",
    "upvotes",
    "answered_at",
    "name",
    "email",
    "role",
    "question_id",
    "participant_id",
  ];
  for await (const asked of streamQuestions(db, webinar.id))
    yield [
      instant(asked.at),
      asked.text,
      asked.status,
      asked.upvotes,
      instant(asked.answeredAt),
      asked.name,
      asked.email,
      asked.role,
      asked.id,
      asked.participantId,
    ];
}

async function* chat({ db, webinar }: Source): Rows {
  yield ["sent_at", "name", "email", "role", "message", "message_id", "participant_id"];
  for await (const said of streamChat(db, webinar.id))
    yield [instant(said.at), said.name, said.email, said.role, said.text, said.id, said.participantId];
}

/** The last row is the moment of the export: what was open then lasts until it. */
async function* events({ db, webinar, now }: Source): Rows {
  yield ["at", "type", "event_id", "participant_id", "role", "delivery", "subject_id", "detail"];
  for await (const event of streamEvents(db, webinar.id))
    yield [
      instant(event.at),
      event.type,
      event.id,
      event.participantId,
      event.role,
      event.delivery,
      event.subjectId,
      event.detail,
    ];
  yield [instant(now), "export.made", `export.made:${webinar.id}`, null, null, null, webinar.id, null];
}

export const tidyTables = { registrants, attendance, polls, questions, chat, events, replay: replayViewers };
