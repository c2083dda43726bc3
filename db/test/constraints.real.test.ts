import { randomUUID } from "node:crypto";
import type { Hand } from "@rostrum/protocol";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  acceptFacts,
  changeHands,
  closeLostStays,
  countRegistrations,
  findOrCreateUser,
  findPoll,
  type HandChange,
  insertPoll,
  insertRegistration,
  insertVote,
  insertWebinar,
  listHands,
  listOpenLives,
  listRegistrations,
  listWebinars,
  movePoll,
  sendDueMails,
  type Webinar,
} from "../src/index.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

let database: TestDatabase;
let webinar: Webinar;

beforeAll(async () => {
  database = await createTestDatabase();
  const user = await findOrCreateUser(database.db, "Host@example.test");
  webinar = await insertWebinar(database.db, {
    organisationId: user.organisationId,
    hostId: user.id,
    slug: "one",
    title: "One",
    startsAt: new Date(),
    durationMinutes: 30,
    timeZone: "UTC",
  });
});
afterAll(() => database.drop());

const submit = (email: string, name = "Ada") =>
  insertRegistration(
    database.db,
    { webinarId: webinar.id, email, name, answers: {}, utm: {} },
    { tokenHash: randomUUID(), payload: { link: "http://localhost/j/x" } },
  );

describe("registrations", () => {
  it("leave one row when fifty requests bring one address at once", async () => {
    const spellings = ["ada@example.test", "ADA@example.test", " Ada@Example.test "];
    const results = await Promise.all(Array.from({ length: 50 }, (_, i) => submit(spellings[i % 3] ?? "")));
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    expect(await countRegistrations(database.db, webinar.id)).toBe(1);
    const [listed] = await listWebinars(database.db, webinar.organisationId);
    expect(listed?.registrants).toBe(1);
  });

  it("queue one mail per request, and two workers never send the same one", async () => {
    const sent: string[] = [];
    const work = async () => {
      while ((await sendDueMails(database.db, async (mail) => void sent.push(mail.id), 5)) > 0);
    };
    await Promise.all([work(), work(), work()]);
    expect(sent).toHaveLength(50);
    expect(new Set(sent).size).toBe(50);
  });
});

describe("votes", () => {
  it("count once per participant, only for an option of the poll, only while it is open", async () => {
    const pollId = await insertPoll(database.db, {
      webinarId: webinar.id,
      question: "Tea?",
      options: ["Yes", "No"],
    });
    const other = await insertPoll(database.db, {
      webinarId: webinar.id,
      question: "Coffee?",
      options: ["Yes", "No"],
    });
    const [yes, no] = (await findPoll(database.db, pollId))?.options ?? [];
    const foreign = (await findPoll(database.db, other))?.options[0];
    if (!yes || !no || !foreign) throw new Error("polls have options");
    const participantId = randomUUID();
    const vote = (optionId: string) => insertVote(database.db, { pollId, optionId, participantId });
    expect(await vote(yes.id)).toBe("closed");
    await movePoll(database.db, pollId, "open");
    expect(await vote(foreign.id)).toBe("unknown-option");
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => vote(i % 2 === 0 ? yes.id : no.id)),
    );
    expect(results.filter((result) => result === "counted")).toHaveLength(1);
    expect((await findPoll(database.db, pollId))?.tally.voters).toBe(1);
    await movePoll(database.db, pollId, "closed");
    expect(await insertVote(database.db, { pollId, optionId: yes.id, participantId: randomUUID() })).toBe(
      "closed",
    );
  });
});

describe("hands", () => {
  it("are up once, and keep their place when raised again", async () => {
    const participantId = randomUUID() as Hand["participantId"];
    const store = (...changes: HandChange[]) => changeHands(database.db, webinar.id, () => changes);
    const keep = (status: Hand["status"], raisedAt: number) =>
      store({ type: "changed", hand: { participantId, name: "Ada", raisedAt, status } });
    await Promise.all([keep("raised", 1000), keep("raised", 2000), keep("raised", 3000)]);
    const [first, ...others] = await listHands(database.db, webinar.id);
    expect(others).toEqual([]);
    for (const status of ["raised", "invited", "on-stage"] as const) {
      await keep(status, 9000);
      expect(await listHands(database.db, webinar.id)).toEqual([{ ...first, status }]);
    }
    await store({ type: "lowered", participantId }, { type: "lowered", participantId });
    expect(await listHands(database.db, webinar.id)).toEqual([]);
    await keep("raised", 9000);
    expect(await listHands(database.db, webinar.id)).toMatchObject([{ raisedAt: 9000, status: "raised" }]);
  });

  it("are decided upon one change at a time, and not at all when that throws", async () => {
    let inside = 0;
    const slow = () =>
      changeHands(database.db, webinar.id, (hands) => {
        inside = Math.max(inside, hands.length);
        const participantId = randomUUID() as Hand["participantId"];
        return [{ type: "changed", hand: { participantId, name: "Ada", raisedAt: 1, status: "raised" } }];
      });
    const before = (await listHands(database.db, webinar.id)).length;
    await Promise.all(Array.from({ length: 8 }, slow));
    expect(inside).toBe(before + 7);
    const refuse = () => {
      throw new Error("refused");
    };
    await expect(changeHands(database.db, webinar.id, refuse)).rejects.toThrow("refused");
    expect(await listHands(database.db, webinar.id)).toHaveLength(before + 8);
  });
});

describe("facts", () => {
  it("are stored once however often they are sent, and stays on lost nodes are ended", async () => {
    const [registration] = await listRegistrations(database.db, { webinarId: webinar.id, limit: 1 });
    const participantId = registration?.id as never;
    const intervalId = randomUUID();
    const opened = {
      type: "attendance.opened" as const,
      factId: randomUUID(),
      webinarId: webinar.id as never,
      participantId,
      admissionId: randomUUID() as never,
      intervalId,
      role: "attendee" as const,
      delivery: "webrtc" as const,
      nodeId: "edge-1/life-1",
      at: Date.now() - 60_000,
    };
    expect((await acceptFacts(database.db, [opened])).fresh).toHaveLength(1);
    const again = await acceptFacts(database.db, [opened]);
    expect(again).toMatchObject({ accepted: [opened.factId], fresh: [] });
    expect(await listOpenLives(database.db)).toEqual(["edge-1/life-1"]);
    const lastSeen = new Date(opened.at + 20_000);
    expect(await closeLostStays(database.db, "edge-1/life-2", lastSeen)).toBe(0);
    expect(await closeLostStays(database.db, "edge-1/life-1", lastSeen)).toBe(1);
    expect(await listOpenLives(database.db)).toEqual([]);
    const stay = async () => {
      const [row] = await listRegistrations(database.db, { webinarId: webinar.id, limit: 1 });
      expect(row?.stays).toHaveLength(1);
      return row?.stays[0]?.leftAt?.getTime();
    };
    expect(await stay()).toBe(lastSeen.getTime());
    // The node was only cut off: what it says itself counts, once.
    const closed = (at: number) => ({
      type: "attendance.closed" as const,
      factId: randomUUID(),
      webinarId: webinar.id as never,
      intervalId,
      reason: "left",
      at,
    });
    await acceptFacts(database.db, [closed(opened.at + 50_000)]);
    expect(await stay()).toBe(opened.at + 50_000);
    await acceptFacts(database.db, [closed(opened.at + 90_000)]);
    expect(await stay()).toBe(opened.at + 50_000);
  });

  it("keep how the stage gets to a stay; what is told again, or is no way at all, changes nothing", async () => {
    const [registration] = await listRegistrations(database.db, { webinarId: webinar.id, limit: 1 });
    const about = { webinarId: webinar.id as never, intervalId: randomUUID() };
    const path = (way: "tcp" | "turn-tls", reason: string) => ({
      ...about,
      type: "attendance.path" as const,
      factId: randomUUID(),
      path: way,
      reason,
      at: Date.now(),
    });
    await acceptFacts(database.db, [
      {
        ...about,
        type: "attendance.opened",
        factId: randomUUID(),
        participantId: registration?.id as never,
        admissionId: randomUUID() as never,
        role: "attendee",
        delivery: "webrtc",
        nodeId: "edge-1/life-1",
        at: Date.now(),
      },
      path("tcp", "UDP is blocked"),
    ]);
    const stay = async () => {
      const [row] = await listRegistrations(database.db, { webinarId: webinar.id, limit: 1 });
      return row?.stays.find(({ id }) => id === about.intervalId);
    };
    expect(await stay()).toMatchObject({ path: "tcp", pathReason: "UDP is blocked", delivery: "webrtc" });
    const better = path("turn-tls", "only TLS gets through");
    await acceptFacts(database.db, [better]);
    await acceptFacts(database.db, [path("tcp", "UDP is blocked"), better]);
    expect(await stay()).toMatchObject({ path: "tcp" });
    await expect(
      acceptFacts(database.db, [{ ...path("tcp", ""), path: "pigeon" as never }]),
    ).rejects.toThrow();
    expect(await stay()).toMatchObject({ path: "tcp", pathReason: "UDP is blocked" });
  });
});

describe("the app's role", () => {
  it("is no superuser and cannot change the schema", async () => {
    const app = postgres(database.appUrl, { max: 1, onnotice: () => {} });
    try {
      const [role] =
        await app`select rolsuper, rolcreatedb, rolcreaterole from pg_roles where rolname = current_user`;
      expect(role).toEqual({ rolsuper: false, rolcreatedb: false, rolcreaterole: false });
      await expect(app`drop table votes`).rejects.toThrow(/owner/);
      await expect(app`create table extra (id int)`).rejects.toThrow(/permission denied/);
    } finally {
      await app.end();
    }
  });
});
