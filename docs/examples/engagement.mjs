/**
 * Recomputes the engagement score of every registrant from the raw export alone:
 *
 *   node engagement.mjs events.csv
 *
 * It shares no code with Rostrum: docs/reports.md is all it follows.
 */
import { readFileSync } from "node:fs";

const file = process.argv[2];
if (!file) {
  process.stderr.write("usage: node engagement.mjs events.csv\n");
  process.exit(64);
}

/** RFC 4180: quoted cells may hold commas, quotes (doubled) and line ends. */
function parse(text) {
  const rows = [[]];
  for (const [, cell, end] of text.matchAll(/("(?:[^"]|"")*"|[^,\r\n]*)(,|\r?\n|$)/g)) {
    rows.at(-1).push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end !== ",") rows.push([]);
  }
  const [header, ...body] = rows.filter((row) => row.length > 1);
  return body.map((row) => Object.fromEntries(header.map((name, at) => [name, row[at]])));
}

const events = parse(readFileSync(file, "utf8").replace(/^\ufeff/, "")).map((row) => ({
  ...row,
  at: Date.parse(row.at),
}));
const one = (type) => events.find((event) => event.type === type);
const now = one("export.made").at;
const live = one("webinar.live")?.at ?? Number.POSITIVE_INFINITY;
const end = one("webinar.ended")?.at ?? now;
const length = live < end ? end - live : 0;
const weights = JSON.parse(one("webinar.weights").detail);
const polls = events.filter((event) => event.type === "poll.opened").length;

/** Milliseconds with at least one stay open between live and end: walk the openings and closings in order. */
function presentMs(id) {
  const own = events.filter((event) => event.participant_id === id);
  const closed = new Map(own.filter((e) => e.type === "stay.closed").map((e) => [e.subject_id, e.at]));
  const steps = own
    .filter((event) => event.type === "stay.opened")
    .flatMap((event) => [
      [event.at, 1],
      [closed.get(event.subject_id) ?? now, -1],
    ])
    .sort((a, b) => a[0] - b[0]);
  let total = 0;
  let open = 0;
  let since = 0;
  for (const [at, step] of steps) {
    if (open > 0) total += Math.max(0, Math.min(at, end) - Math.max(since, live));
    open += step;
    since = at;
  }
  return total;
}

function score(id) {
  const count = (type) => events.filter((e) => e.type === type && e.participant_id === id).length;
  const asked = count("question.asked");
  const parts = {
    attendance: length === 0 ? null : Math.min(1000, Math.floor((1000 * presentMs(id)) / length)),
    polls: polls === 0 ? null : Math.min(1000, Math.floor((1000 * count("poll.voted")) / polls)),
    questions: Math.min(1000, 1000 * asked + 250 * count("question.upvoted")),
    chat: Math.min(1000, 250 * count("chat.posted")),
    hands: Math.min(1000, 1000 * count("hand.raised")),
  };
  const counted = Object.entries(parts).filter(([, part]) => part !== null);
  const weight = counted.reduce((sum, [name]) => sum + weights[name], 0);
  const points = counted.reduce((sum, [name, part]) => sum + weights[name] * part, 0);
  // points / (10 * weight), rounded half up, in whole numbers.
  return weight === 0 ? 0 : Math.floor((2 * points + 10 * weight) / (20 * weight));
}

process.stdout.write("registration_id,engagement_score\n");
for (const { participant_id: id } of events.filter((event) => event.type === "registration.created"))
  process.stdout.write(`${id},${score(id)}\n`);
