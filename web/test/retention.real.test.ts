import type { Webinar } from "@rostrum/db";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { GET as auditCsv } from "../src/app/api/audit.csv/route.ts";
import { webinarReport } from "../src/server/use-cases/report.ts";
import { purgeDue } from "../src/server/use-cases/retention.ts";
import { exportedAt, seedEvent } from "./event-fixture.ts";
import { dumpDatabase } from "./everything-stored.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  publicUrl,
  query,
  type Stage,
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let owner: Headers;
let webinar: Webinar;
let sql: postgres.Sql;
beforeAll(async () => {
  stage = await openServer();
  sql = postgres(stage.database.url, { max: 1, onnotice: () => {} });
  webinar = await seedEvent(stage.database);
  owner = await hostHeaders(stage.services, "fixture-host@example.test");
});
afterAll(async () => {
  await sql.end();
  await stage.close();
});

const names = /ada byron|kierkeg|李小龍|pat@example|madonna|hedy/i;
const namesStored = async () => names.exec(await dumpDatabase(stage.database.url))?.[0];
/** The fixture ended on 29 March 2026 at 01:30 UTC. */
const daysAfterEnd = (days: number) => new Date(Date.UTC(2026, 2, 29 + days, 1, 30));
const erasedRows = async () => (await sql`select 1 from registrations where erased_at is not null`).length;

describe("people's data", () => {
  it("is kept for ever until somebody decides otherwise", async () => {
    expect((await query("privacy.retention", undefined, owner)).data).toEqual({
      days: null,
      doubleOptIn: false,
    });
    expect(await purgeDue(stage.services, daysAfterEnd(3000))).toBe(0);
  });

  it("is kept as the webinar says, or else as the organisation does", async () => {
    await mutate("privacy.setRetention", { days: 30 }, owner);
    await mutate("privacy.setWebinarRetention", { webinarId: webinar.id, days: 90 }, owner);
    expect((await query("privacy.webinarRetention", { webinarId: webinar.id }, owner)).data).toEqual({
      days: 90,
      preset: 30,
      purgedAt: null,
    });
    expect(await purgeDue(stage.services, daysAfterEnd(89.9))).toBe(0);
    await mutate("privacy.setWebinarRetention", { webinarId: webinar.id, days: null }, owner);
    expect(await purgeDue(stage.services, daysAfterEnd(29.9))).toBe(0);
    expect(await erasedRows()).toBe(0);
    for (const days of [-1, 3651, 1.5])
      expect((await mutate("privacy.setRetention", { days }, owner)).refusal?.field, String(days)).toBe(
        "days",
      );
  });

  it("is gone when its time has passed, with every total as it was, once", async () => {
    const coming = await scheduleAs(owner, { title: "To come" });
    await mutate("registration.submit", { slug: coming.slug, email: "later@example.test", name: "Later" });
    await sql`insert into chat_messages (id, webinar_id, participant_id, name, text) values
      (gen_random_uuid(), ${webinar.id}, ${webinar.hostId}, 'Grace Hopper', 'Ask pat@example.test.')`;
    const figures = async () => {
      const {
        questions: _q,
        engagement,
        ...rest
      } = await webinarReport(stage.services.db, webinar, exportedAt);
      return { ...rest, mean: engagement?.mean, spread: engagement?.spread };
    };
    const before = await figures();
    expect(await namesStored()).toBeDefined();
    const now = daysAfterEnd(30);
    // Two jobs processes at once.
    const erased = await Promise.all([purgeDue(stage.services, now), purgeDue(stage.services, now)]);
    expect(erased[0] + erased[1]).toBe(7);
    expect(await namesStored()).toBeUndefined();
    expect(await figures()).toEqual(before);
    expect(await purgeDue(stage.services, daysAfterEnd(31))).toBe(0);
    // What is to come has not ended: nobody of it was touched.
    expect(await sql`select name from registrations where erased_at is null`).toMatchObject([
      { name: "Later" },
    ]);
    const { data } = await query("privacy.webinarRetention", { webinarId: webinar.id }, owner);
    expect((data as { purgedAt: number }).purgedAt).toBe(now.getTime());
  });
});

describe("the audit log", () => {
  type Row = { id: string; at: number; action: string; actor: string | null; title: string | null };
  const rowsOf = async (filter: Record<string, unknown>) =>
    ((await query("privacy.audit", filter, owner)).data as { rows: Row[] }).rows;

  it("holds who signed in, saw, exported, went live and changed what", async () => {
    const { id, slug } = await scheduleAs(owner, { title: "Watched" });
    await mutate("registration.submit", { slug, email: "seen@example.test", name: "Seen" });
    for (let n = 0; n < 3; n++) await query("registration.list", { webinarId: id }, owner);
    await query("report.summary", { webinarId: id }, owner);
    await mutate("webinar.goLive", { id }, owner);
    await mutate("webinar.end", { id }, owner);
    const about = (await rowsOf({})).filter(({ title }) => title === "Watched");
    expect(about.map(({ action, actor }) => [action, actor])).toEqual(
      ["webinar.end", "webinar.go-live", "report.viewed", "registrations.viewed", "webinar.created"].map(
        (action) => [action, "fixture-host@example.test"],
      ),
    );
    expect((await rowsOf({ action: "webinar.purged" })).map(({ actor }) => actor)).toContain(null);
  });

  it("comes in pages, nothing twice and nothing left out, and filtered", async () => {
    await sql`insert into audit (organisation_id, actor_id, action, subject, created_at)
      select ${webinar.organisationId}, ${webinar.hostId}, 'test.made', n::text, ${exportedAt}::timestamptz + (n / 2) * interval '1 second'
      from generate_series(1, 250) n`;
    const seen: string[] = [];
    type Cursor = { at: number; id: string } | null;
    let cursor: Cursor = null;
    do {
      const { data }: { data: unknown } = await query("privacy.audit", { action: "test", cursor }, owner);
      const page = data as { rows: Row[]; next: Cursor };
      seen.push(...page.rows.map(({ id }) => id));
      cursor = page.next;
    } while (cursor);
    expect(seen).toHaveLength(250);
    expect(new Set(seen).size).toBe(250);
    expect(await rowsOf({ action: "tes" })).toEqual([]);
    expect(await rowsOf({ actor: "nobody" })).toEqual([]);
    expect(
      (await rowsOf({ from: "2026-03-29", to: "2026-03-29" })).every(({ action }) => action === "test.made"),
    ).toBe(true);
    expect((await rowsOf({ to: "2026-03-28" })).length).toBe(0);
  });

  it("can be taken along as CSV, by its owner only", async () => {
    const ask = (headers: Headers, search = "") =>
      auditCsv(new Request(`${publicUrl}/api/audit.csv${search}`, { headers }));
    const text = await (await ask(owner, "?action=test&actor=&from=2026-03-29")).text();
    const lines = text.trimEnd().split("\r\n");
    expect(lines[0]).toBe("at,actor,action,subject,webinar,details");
    expect(lines).toHaveLength(251);
    expect((await ask({})).status).toBe(401);
    expect((await ask(owner, "?action=DROP")).status).toBe(400);
    const stranger = await hostHeaders(stage.services, "stranger@example.test");
    expect((await (await ask(stranger)).text()).trimEnd().split("\r\n").length).toBeLessThan(4);
    expect((await rowsOf({ action: "audit" })).map(({ action }) => action)).toEqual(["audit.exported"]);
  });
});
