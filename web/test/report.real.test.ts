import { countVisit, type Webinar } from "@rostrum/db";
import { attendanceOf, unionOf } from "@rostrum/rules";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../db/test/database.ts";
import { eventTimes, streamPeople } from "../src/server/exports/people.ts";
import { webinarReport } from "../src/server/use-cases/report.ts";
import { exportedAt, seedEvent } from "./event-fixture.ts";

let database: TestDatabase;
let webinar: Webinar;
beforeAll(async () => {
  database = await createTestDatabase();
  webinar = await seedEvent(database);
});
afterAll(() => database.drop());

it("says the same as the rows of the export, counted another way", async () => {
  const { db } = database;
  const report = await webinarReport(db, webinar, exportedAt);
  const times = eventTimes(webinar);
  const [from, to] = [times.liveAt ?? 0, times.endedAt ?? 0];
  const present: [number, number][] = [];
  let duringMs = 0;
  let attended = 0;
  for await (const { stays } of streamPeople({ db, webinar, now: exportedAt })) {
    const intervals = stays.map(({ joinedAt, leftAt, delivery }) => ({
      joinedAt: joinedAt.getTime(),
      leftAt: leftAt?.getTime() ?? null,
      delivery,
    }));
    duringMs += attendanceOf(intervals, times, exportedAt.getTime()).duringMs;
    if (intervals.length > 0) attended++;
    for (const [start, end] of unionOf(intervals, exportedAt.getTime())) present.push([start, end]);
  }
  const at = (moment: number) => present.filter(([start, end]) => start <= moment && moment < end).length;
  const points = report.audience.present.length;
  expect(report.audience.present).toEqual(
    Array.from({ length: points }, (_, step) => at(from + (step * (to - from)) / points)),
  );
  const moments = present.flatMap(([start]) => Math.max(start, from)).filter((moment) => moment < to);
  expect(report.audience.peak).toBe(Math.max(...moments.map(at)));
  expect(report.totals).toMatchObject({ registered: 5, cancelled: 1, attended, joins: 6, duringMs });
  expect(report.interaction).toEqual({
    asked: 2,
    answered: 1,
    upvotes: 2,
    chat: 3,
    hands: 1,
    pollsOpened: 1,
  });
  expect(report.polls.map(({ question, tally }) => [question, tally.voters])).toEqual([
    ["Tea, or coffee?", 3],
  ]);
  expect(report.engagement?.count).toBe(attended);
  expect(report.engagement?.most[0]?.name).toBe("Søren Kierkegård");
});

it("counts visits by source, and no more sources than a report can show", async () => {
  const { db } = database;
  for (let n = 0; n < 230; n++) await countVisit(db, webinar.id, `made-up-${n}`);
  await Promise.all(Array.from({ length: 20 }, () => countVisit(db, webinar.id, "made-up-1")));
  const { sources, totals } = await webinarReport(db, webinar, exportedAt);
  expect(totals.visits).toBe(250);
  expect(sources.find(({ source }) => source === "other")?.visits).toBe(30);
  expect(sources.find(({ source }) => source === "made-up-1")?.visits).toBe(21);
  expect(sources[0]).toMatchObject({ source: "direct", registered: 4, attended: 2 });
});
