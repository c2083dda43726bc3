import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  countDueMails,
  deleteOldMails,
  findOrCreateUser,
  insertWebinar,
  isDatabaseUnavailable,
  openDatabase,
  PermanentMailError,
  payResyncs,
  queueMail,
  requestAllResyncs,
  requestResync,
  sendDueMails,
} from "../src/index.ts";
import { migrateDatabase } from "../src/migrate.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

let database: TestDatabase;
let owner: postgres.Sql;

beforeAll(async () => {
  database = await createTestDatabase();
  owner = postgres(database.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await owner.end();
  await database.drop();
});

const queue = (recipient: string) =>
  queueMail(database.db, {
    webinarId: null,
    recipient,
    kind: "sign-in",
    payload: { link: "http://x/secret" },
  });
const stored = async (recipient: string) =>
  (await owner`select * from mail_outbox where recipient = ${recipient}`)[0];

describe("the mail outbox", () => {
  it("tries a mail again later, longer each time, and keeps what the mail needs", async () => {
    await queue("later@example.test");
    const fail = () => Promise.reject(new Error("421 try later"));
    expect(await sendDueMails(database.db, fail)).toBe(1);
    const first = await stored("later@example.test");
    expect(first).toMatchObject({ attempts: 1, sent_at: null, failed_at: null, error: "421 try later" });
    expect(first?.payload).toEqual({ link: "http://x/secret" });
    expect(await sendDueMails(database.db, fail)).toBe(0);
    const firstWait = first?.next_attempt_at.getTime() - Date.now();
    await owner`update mail_outbox set next_attempt_at = now()`;
    await sendDueMails(database.db, fail);
    const secondWait = (await stored("later@example.test"))?.next_attempt_at.getTime() - Date.now();
    expect(secondWait).toBeGreaterThan(firstWait * 2);
    expect((await countDueMails(database.db)).due).toBe(1);
    await owner`update mail_outbox set next_attempt_at = now()`;
    await sendDueMails(database.db, () => Promise.resolve());
    expect(await stored("later@example.test")).toMatchObject({ attempts: 3, error: null, payload: {} });
    expect(await countDueMails(database.db)).toEqual({ due: 0, oldest: null });
  });

  it("gives up what will never be taken, without the link, and goes on with the others", async () => {
    await queue("nobody@example.test");
    await queue("somebody@example.test");
    const sent: string[] = [];
    await sendDueMails(database.db, async ({ recipient }) => {
      if (recipient === "nobody@example.test") throw new PermanentMailError("550 no such user");
      sent.push(recipient);
    });
    expect(sent).toEqual(["somebody@example.test"]);
    const given = await stored("nobody@example.test");
    expect(given).toMatchObject({ error: "550 no such user", payload: {} });
    expect(given?.failed_at).toBeInstanceOf(Date);
    await deleteOldMails(database.db, new Date(Date.now() + 31 * 24 * 3600_000));
    expect(await stored("nobody@example.test")).toBeUndefined();
  });

  it("is not held up by a mail that takes long", async () => {
    await queue("slow@example.test");
    let release = () => {};
    const slow = sendDueMails(database.db, () => new Promise((resolve) => (release = resolve)), 1);
    await expect.poll(() => sendDueMails(database.db, () => Promise.resolve())).toBe(0);
    await queue("quick@example.test");
    const sent: string[] = [];
    await sendDueMails(database.db, async ({ recipient }) => void sent.push(recipient));
    expect(sent).toEqual(["quick@example.test"]);
    release();
    expect(await slow).toBe(1);
  });
});

describe("rooms to be read again", () => {
  it("stay owed until their log is renewed", async () => {
    const user = await findOrCreateUser(database.db, "host@example.test");
    const { id } = await insertWebinar(database.db, {
      organisationId: user.organisationId,
      hostId: user.id,
      slug: randomUUID(),
      title: "One",
      startsAt: new Date(),
      durationMinutes: 30,
      timeZone: "UTC",
    });
    await requestResync(database.db, id);
    await requestResync(database.db, id);
    const down = () => Promise.reject(new Error("redis is away"));
    await expect(payResyncs(database.db, down)).rejects.toThrow("redis is away");
    const renewed: string[] = [];
    const renew = async (webinarId: string) => void renewed.push(webinarId);
    expect(await payResyncs(database.db, renew)).toBe(1);
    expect(await payResyncs(database.db, renew)).toBe(0);
    await requestAllResyncs(database.db);
    await payResyncs(database.db, renew);
    expect(renewed).toEqual([id, id]);
    // Asked for again while it was being renewed: owed again.
    await requestResync(database.db, id);
    await payResyncs(database.db, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await requestResync(database.db, id);
    });
    expect(await payResyncs(database.db, renew)).toBe(1);
  });
});

describe("the migrator", () => {
  it("may run twice, at once", async () => {
    const runs = await Promise.all(
      [1, 2, 3].map(() => migrateDatabase(database.url, "nobody-has-this-role")),
    );
    expect(runs).toEqual(Array(3).fill({ applied: [], granted: false }));
  });
});

describe("a database that is away", () => {
  it("is told from a query that is wrong", async () => {
    const away = openDatabase("postgres://app@127.0.0.1:1/none");
    const failure = await countDueMails(away.db).catch((error: unknown) => error);
    expect(isDatabaseUnavailable(failure)).toBe(true);
    await away.close();
    const wrong = await requestResync(database.db, randomUUID()).catch((error: unknown) => error);
    expect(wrong).toBeInstanceOf(Error);
    expect(isDatabaseUnavailable(wrong)).toBe(false);
  });
});
