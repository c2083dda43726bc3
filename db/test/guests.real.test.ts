import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  findOrCreateUser,
  findRegistrantsByTokens,
  insertRegistration,
  insertWebinar,
  recordAdmissions,
  type Webinar,
} from "../src/index.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function newWebinar(slug: string): Promise<Webinar> {
  const user = await findOrCreateUser(database.db, "host@example.test");
  const about = { organisationId: user.organisationId, hostId: user.id, slug, title: slug, timeZone: "UTC" };
  return insertWebinar(
    database.db,
    { ...about, startsAt: new Date(), durationMinutes: 30 },
    { label: "Elsewhere", url: "rtmp://example.test/live" },
  );
}

async function register({ id }: Webinar, name: string): Promise<string> {
  const tokenHash = `${name}_-${randomUUID()}`;
  await insertRegistration(
    database.db,
    { webinarId: id, email: `${name}@example.test`, name, answers: {}, utm: {} },
    { tokenHash, payload: { link: "http://localhost/j/x" } },
    { idempotencyKey: randomUUID() },
  );
  return tokenHash;
}

it("finds the holders of many links with their webinars, and nobody for a link that is none", async () => {
  const [one, other] = [await newWebinar("guests-one"), await newWebinar("guests-other")];
  const hashes = [await register(one, "Ada"), await register(one, "Grace"), await register(other, "Hedy")];
  const found = await findRegistrantsByTokens(database.db, [...hashes, "unknown"]);
  expect(hashes.map((hash) => found.get(hash)?.name)).toEqual(["Ada", "Grace", "Hedy"]);
  expect(hashes.map((hash) => found.get(hash)?.webinar.id)).toEqual([one.id, one.id, other.id]);
  expect(found.size).toBe(3);
  expect(found.get(hashes[2] ?? "")?.webinar).toEqual(other);
  expect(await findRegistrantsByTokens(database.db, ["unknown"])).toEqual(new Map());
});

it("notes admissions once, however often they are told", async () => {
  const { id: webinarId } = await newWebinar("guests-devices");
  const noted = Array.from({ length: 3 }, () => ({
    id: randomUUID(),
    webinarId,
    participantId: randomUUID(),
    device: "phone" as const,
    browser: `O'Browser "5" {x},y\\`,
  }));
  await recordAdmissions(database.db, noted);
  await recordAdmissions(database.db, noted);
  await recordAdmissions(database.db, []);
  const rows = await database.db.query.admissions.findMany({
    where: (admission, { eq }) => eq(admission.webinarId, webinarId),
  });
  expect(rows.map(({ id, browser }) => ({ id, browser })).sort(byId)).toEqual(
    noted.map(({ id, browser }) => ({ id, browser })).sort(byId),
  );
});

const byId = (a: { id: string }, b: { id: string }): number => a.id.localeCompare(b.id);
