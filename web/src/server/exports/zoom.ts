import {
  listPolls,
  listStageStays,
  peakAudience,
  reportTotals,
  streamChat,
  streamQuestions,
  streamVotes,
} from "@rostrum/db";
import { eventMs } from "@rostrum/rules";
import type { Row, Rows } from "./cells.ts";
import { eventTimes, type Person, type Source, streamPeople } from "./people.ts";
import { type ZoomTimes, zoomId, zoomMinutes, zoomNames, zoomTimes } from "./zoom-format.ts";

/**
 * Zoom's report layouts, so that what reads Zoom's files reads these: stacked sections of unequal width, a row for every
 * join, local times. Headers are Zoom's own, to the byte. Lines end in LF.
 */
const approval = {
  registered: "approved",
  pending: "pending",
  waitlisted: "pending",
  offered: "pending",
  unconfirmed: "pending",
  denied: "denied",
  cancelled: "cancelled",
} as const;
const nothing = { fixed: "--" };

async function* registrants(source: Source): Rows {
  const { time } = zoomTimes(source.webinar.timeZone);
  yield ["First Name", "Last Name", "Email", "Registration Time", "Approval Status", ...labels(source)];
  for await (const person of streamPeople(source))
    yield [
      ...zoomNames(person.name),
      person.email,
      time(person.createdAt.getTime()),
      approval[person.status],
      ...answers(source, person),
    ];
}

const labels = ({ fields }: Source): Row => fields.map(({ label }) => label);
const answers = ({ fields }: Source, person: Person): Row => fields.map(({ id }) => person.answers[id] ?? "");

const stage = [
  "Attended",
  "User Name (Original Name)",
  "Email",
  "Join Time",
  "Leave Time",
  "Time in Session (minutes)",
  "Is Guest",
  "Country/Region Name",
];

async function* attendance(source: Source): Rows {
  const { db, webinar, now } = source;
  const times = zoomTimes(webinar.timeZone);
  yield ["Attendee Report", ""];
  yield ["Report Generated:", times.heading(now.getTime())];
  yield [
    "Topic",
    "Webinar ID",
    "Actual Start Time",
    "Actual Duration (minutes)",
    "# Registered",
    "# Cancelled",
    "Unique Viewers",
    "Total Users",
    "Max Concurrent Views",
    "Enable Registration",
  ];
  yield await summary(source, times);
  const stays = await listStageStays(db, webinar.id);
  for (const [title, role] of [
    ["Host Details", "host"],
    ["Panelist Details", "panelist"],
  ] as const) {
    yield [title, ""];
    yield stage;
    for (const stay of stays.filter((one) => one.role === role))
      yield ["Yes", stay.name, stay.email, ...timesOf(stay, times, now), "No", ""];
  }
  yield ["Attendee Details", ""];
  yield [
    "Attended",
    "User Name (Original Name)",
    "First Name",
    "Last Name",
    "Email",
    "Registration Time",
    "Approval Status",
    "Join Time",
    "Leave Time",
    "Time in Session (minutes)",
    "Is Guest",
    ...labels(source),
    "Country/Region Name",
  ];
  for await (const person of streamPeople(source)) yield* attendeeRows(source, person, times);
}

async function summary({ db, webinar, now }: Source, times: ZoomTimes): Promise<Row> {
  const totals = await reportTotals(db, webinar.id, now);
  const stays = await listStageStays(db, webinar.id);
  const start = webinar.liveAt ?? webinar.startsAt;
  return [
    webinar.title,
    zoomId(webinar),
    times.heading(start.getTime()),
    zoomMinutes(eventMs(eventTimes(webinar), now.getTime())),
    totals.registered + totals.cancelled,
    totals.cancelled,
    totals.attended,
    totals.joins + stays.length,
    await peakAudience(db, webinar.id, now),
    "Yes",
  ];
}

type Stay = { joinedAt: number; leftAt: number | null };
const timesOf = ({ joinedAt, leftAt }: Stay, { time }: ZoomTimes, now: Date): Row => [
  time(joinedAt),
  time(leftAt ?? now.getTime()),
  zoomMinutes((leftAt ?? now.getTime()) - joinedAt),
];

/** One row per join: only the first tells of the registration. */
function* attendeeRows(source: Source, person: Person, times: ZoomTimes): Generator<Row> {
  const who = [person.name, ...zoomNames(person.name), person.email];
  const registered = [times.time(person.createdAt.getTime()), approval[person.status]];
  const stays = [...person.stays].sort((a, b) => a.joinedAt.getTime() - b.joinedAt.getTime());
  if (stays.length === 0)
    yield ["No", ...who, ...registered, nothing, nothing, nothing, nothing, ...answers(source, person), ""];
  for (const [at, stay] of stays.entries()) {
    const when = { joinedAt: stay.joinedAt.getTime(), leftAt: stay.leftAt?.getTime() ?? null };
    yield [
      "Yes",
      ...who,
      ...(at === 0 ? registered : ["", ""]),
      ...timesOf(when, times, source.now),
      "Yes",
      ...(at === 0 ? answers(source, person) : source.fields.map(() => "")),
      "",
    ];
  }
}

async function* polls({ db, webinar, now }: Source): Rows {
  const times = zoomTimes(webinar.timeZone);
  const launched = (await listPolls(db, webinar.id)).filter(({ openedAt }) => openedAt !== null);
  yield ["Overview"];
  yield ["Generate Time", "Meeting Topic", "Meeting/Webinar ID", "Actual Start Time"];
  yield [
    times.heading(now.getTime()),
    webinar.title,
    zoomId(webinar),
    times.heading((webinar.liveAt ?? webinar.startsAt).getTime()),
  ];
  yield ["Launched Polls"];
  yield ["#", "Poll Name", "Questions", "Responses"];
  for (const [at, { question, tally }] of launched.entries()) yield [at + 1, question, 1, tally.voters];
  for (const { id, question } of launched) {
    yield [question];
    yield ["#", "User Name", "Email Address", "Submitted Date and Time", question];
    let number = 0;
    for await (const vote of streamVotes(db, webinar.id, id))
      yield [++number, vote.name, vote.email, times.time(vote.at), vote.option];
  }
}

async function* questions({ db, webinar }: Source): Rows {
  yield ["Question and Answer Report"];
  yield ["Topic", "Webinar ID"];
  yield [webinar.title, zoomId(webinar)];
  yield ["#", "Question", "Asker Name", "Asker Email", "Answer(s)"];
  let number = 0;
  for await (const { text, name, email, status } of streamQuestions(db, webinar.id))
    yield [++number, text, name, email, status === "answered" ? "live answered" : ""];
}

/** Zoom saves a chat as text, not as a table: each message under a line that tells who and when. */
export async function* zoomChat({ db, webinar }: Source): AsyncGenerator<string> {
  const { stamp } = zoomTimes(webinar.timeZone);
  for await (const { at, name, text } of streamChat(db, webinar.id))
    yield `${stamp(at)} From ${name} to Everyone:\n\t${text.replaceAll(/\r?\n/g, "\n\t")}\n`;
}

export const zoomTables = { registrants, attendance, polls, questions };
