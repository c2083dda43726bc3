import { randomUUID } from "node:crypto";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  countRegistrations,
  deleteOldKeys,
  findOrCreateUser,
  insertRegistration,
  insertWebinar,
  listRegistrationPages,
  listRegistrations,
  sendDueMails,
  type Webinar,
} from "../src/index.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

let database: TestDatabase;
let webinar: Webinar;
const newWebinar = async (slug: string): Promise<Webinar> => {
  const user = await findOrCreateUser(database.db, "host@example.test");
  return insertWebinar(
    database.db,
    {
      organisationId: user.organisationId,
      hostId: user.id,
      slug,
      title: "One",
      startsAt: new Date(),
      durationMinutes: 30,
      timeZone: "UTC",
    },
    { label: "Elsewhere", url: "rtmp://example.test/live" },
  );
};

beforeAll(async () => {
  database = await createTestDatabase();
  webinar = await newWebinar("one");
});
afterAll(() => database.drop());

const submit = (email: string, name: string, key?: string) =>
  insertRegistration(
    database.db,
    { webinarId: webinar.id, email, name, answers: {}, utm: {} },
    { tokenHash: randomUUID(), payload: { link: "http://localhost/j/x" } },
    { idempotencyKey: key },
  );

async function mailsQueued(): Promise<number> {
  let mails = 0;
  await sendDueMails(database.db, async () => void mails++, 1000);
  return mails;
}

describe("an idempotency key", () => {
  it("makes a retry harmless: the first answer again, no second row, no second mail", async () => {
    const key = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => submit("key@example.test", "Ada", key)),
    );
    expect(answers.map(({ created }) => created)).toEqual(Array(10).fill(true));
    expect(await mailsQueued()).toBe(1);
    const other = randomUUID();
    expect((await submit("key@example.test", "Ada", other)).created).toBe(false);
    expect((await submit("key@example.test", "Ada", other)).created).toBe(false);
    expect(await mailsQueued()).toBe(1);
  });

  it("is refused with another request, and forgotten after a day", async () => {
    const key = randomUUID();
    await submit("first@example.test", "Ada", key);
    await expect(submit("second@example.test", "Ada", key)).rejects.toMatchObject({ code: "conflict" });
    await deleteOldKeys(database.db, new Date(Date.now() + 25 * 3600_000));
    expect((await submit("second@example.test", "Ada", key)).created).toBe(true);
  });
});

describe("pages of registrations", () => {
  it("hold each row once, however many share a moment", async () => {
    const many = await newWebinar("many");
    const owner = postgres(database.url, { max: 1, onnotice: () => {} });
    // In bulk, within few milliseconds of each other.
    await owner`
      insert into registrations (webinar_id, email, email_key, name, created_at)
      select ${many.id}, 'p' || i || '@example.test', 'p' || i || '@example.test', 'P ' || i,
             now() + (i / 700) * interval '1 microsecond'
      from generate_series(1, 2500) i`;
    await owner.end();
    const seen = new Set<string>();
    let rows = 0;
    for await (const page of listRegistrationPages(database.db, many.id)) {
      for (const { id } of page) seen.add(id);
      rows += page.length;
    }
    expect([rows, seen.size]).toEqual([2500, 2500]);
    const first = await listRegistrations(database.db, { webinarId: many.id, limit: 100 });
    const last = first.at(-1);
    if (!last) throw new Error("a page has rows");
    const second = await listRegistrations(database.db, { webinarId: many.id, limit: 100, after: last });
    expect(second.filter(({ id }) => first.some((row) => row.id === id))).toEqual([]);
    expect(await countRegistrations(database.db, many.id)).toBe(2500);
  });

  it("find by part of a name or address, taking wildcards literally", async () => {
    await submit("percent@example.test", "100 % sure");
    const find = (search: string) =>
      listRegistrations(database.db, { webinarId: webinar.id, limit: 9, search });
    expect((await find("% S")).map(({ name }) => name)).toEqual(["100 % sure"]);
    expect(await find("100_%")).toEqual([]);
    expect(await find("PERCENT@")).toHaveLength(1);
  });
});
