import {
  audienceCurve,
  countByDay,
  countBySource,
  countInteraction,
  countReach,
  type Executor,
  findRecordingEver,
  findReplay,
  listPolls,
  listQuestions,
  replayCurve,
  replayTotals,
  reportTotals,
  type Webinar,
} from "@rostrum/db";
import { eventMs, replayRange } from "@rostrum/rules";
import { eventTimes, streamPeople } from "../exports/people.ts";

/** Points of the audience curve. */
const curvePoints = 120;
const shownSources = 12;
const shownQuestions = 5;
const shownPeople = 8;
/** Scores are worked out one by one: beyond this many registrants only the export has them. */
const scoredPeople = 20_000;
const bands = 5;

/** Everything the report page shows of one webinar, as of `now`. */
export async function webinarReport(db: Executor, webinar: Webinar, now = new Date()) {
  const { id, timeZone } = webinar;
  const times = eventTimes(webinar);
  const [totals, days, sources, curve, reach, interaction, polls, questions] = await Promise.all([
    reportTotals(db, id, now),
    countByDay(db, id, timeZone),
    countBySource(db, id, shownSources),
    audienceCurve(db, id, { points: curvePoints, now }),
    countReach(db, id),
    countInteraction(db, id),
    listPolls(db, id),
    listQuestions(db, id, 500),
  ]);
  const known = totals.registered + totals.cancelled;
  const replay = await replayReport(db, id);
  return {
    title: webinar.title,
    slug: webinar.slug,
    phase: webinar.phase,
    timeZone,
    ...times,
    eventMs: eventMs(times, now.getTime()),
    totals: { ...totals, visits: days.reduce((sum, { visits }) => sum + visits, 0) },
    days,
    sources,
    audience: curve,
    reach,
    interaction,
    replay,
    polls: polls.filter(({ openedAt }) => openedAt !== null),
    questions: questions
      .sort((a, b) => b.upvotes - a.upvotes || a.askedAt - b.askedAt)
      .slice(0, shownQuestions)
      .map(({ id: questionId, name, text, status, upvotes }) => ({
        id: questionId,
        name,
        text,
        status,
        upvotes,
      })),
    weights: webinar.engagementWeights,
    engagement: known <= scoredPeople ? await engagement(db, webinar, now) : null,
  };
}
export type WebinarReport = Awaited<ReturnType<typeof webinarReport>>;

/** Who watched the recording, and how far; null while nobody could. */
async function replayReport(db: Executor, webinarId: string) {
  const replay = await findReplay(db, webinarId);
  const recording = replay && (await findRecordingEver(db, webinarId));
  if (!replay || !recording) return null;
  const range = replayRange(replay, recording.durationMs);
  const [totals, curve] = await Promise.all([
    replayTotals(db, webinarId),
    replayCurve(db, webinarId, { points: curvePoints, ...range }),
  ]);
  return { ...totals, curve, lengthMs: range.toMs - range.fromMs };
}

/** Scores of those who came: how they spread, their mean, and who took part most. */
async function engagement(db: Executor, webinar: Webinar, now: Date) {
  const spread = Array.from({ length: bands }, () => 0);
  let sum = 0;
  let count = 0;
  let most: { id: string; name: string; email: string; score: number; duringMs: number }[] = [];
  for await (const { id, name, email, attendance, score } of streamPeople({ db, webinar, now })) {
    if (attendance.joins === 0) continue;
    const band = Math.min(bands - 1, Math.floor((score * bands) / 100));
    spread[band] = (spread[band] ?? 0) + 1;
    sum += score;
    count++;
    const least = most.at(-1);
    if (most.length >= shownPeople && least && score <= least.score) continue;
    most = [...most, { id, name, email, score, duringMs: attendance.duringMs }]
      .sort((a, b) => b.score - a.score)
      .slice(0, shownPeople);
  }
  return { spread, mean: count === 0 ? 0 : Math.round(sum / count), count, most };
}
