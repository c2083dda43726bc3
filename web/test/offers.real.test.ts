import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { countByStatus, listRegistrations, type OutboxMail } from "@rostrum/db";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { settleDueHolds } from "../src/jobs/holds.ts";
import { composeMail } from "../src/server/mail/compose.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  query,
  type Scheduled,
  type Stage,
  schedule,
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let owner: postgres.Sql;
let host: Headers;
beforeAll(async () => {
  stage = await openServer();
  owner = postgres(stage.database.url, { max: 1, onnotice: () => {} });
  host = await hostHeaders(stage.services, "offers@example.test");
});
afterAll(async () => {
  await owner.end();
  await stage.close();
});
beforeEach(() => owner`delete from webinars`);

const hourMs = 3600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * hourMs);
const rules = {
  registrationLimit: 2,
  waitlist: true,
  offerHours: 24,
  approval: "approve",
  allowedDomains: [],
  blockedDomains: [],
  consentText: "",
};

/** Two places, and so many people: a0 and a1 have one, the others wait. */
async function full(people: number, more: Record<string, unknown> = {}): Promise<Scheduled> {
  const webinar = await scheduleAs(host, { startsAt: inHours(24 * 14) });
  await mutate("registration.setRules", { webinarId: webinar.id, ...rules, ...more }, host);
  for (let n = 0; n < people; n++)
    await mutate("registration.submit", { slug: webinar.slug, email: `a${n}@example.test`, name: `P ${n}` });
  return webinar;
}
type Mail = { recipient: string; kind: string; payload: Record<string, string> };
const mailsTo = (n: number) =>
  owner<
    Mail[]
  >`select recipient, kind, payload from mail_outbox where recipient = ${`a${n}@example.test`} order by created_at, id`;
const tokenOf = async (n: number): Promise<string> =>
  (await mailsTo(n)).at(-1)?.payload.manage?.split("/").at(-1) ?? "";
const cancel = async (n: number) => mutate("registration.cancel", { token: await tokenOf(n) });
const answer = async (n: number, said: "take" | "decline") =>
  mutate("registration.answerOffer", { token: await tokenOf(n), answer: said });
const standings = async ({ id }: Scheduled): Promise<Record<string, string>> => {
  const rows = await listRegistrations(stage.services.db, { webinarId: id, limit: 2000 });
  return Object.fromEntries(rows.map(({ email, status }) => [email.split("@")[0], status]));
};
const counts = ({ id }: Scheduled) => countByStatus(stage.services.db, id);
const settle = (now: Date) => settleDueHolds(stage.services, now);
const kindsTo = async (n: number) => (await mailsTo(n)).map(({ kind }) => kind);

describe("a place that becomes free", () => {
  it("is offered to who waits longest, kept for them, and theirs when they take it", async () => {
    const webinar = await full(4);
    await cancel(0);
    expect(await standings(webinar)).toMatchObject({ a1: "registered", a2: "offered", a3: "waitlisted" });
    // It is kept: whoever comes now waits, behind those who do.
    const late = await mutate("registration.submit", {
      slug: webinar.slug,
      email: "late@example.test",
      name: "L",
    });
    expect(late.data).toEqual({ status: "waitlisted" });
    const token = await tokenOf(2);
    expect((await query("registration.mine", { token })).data).toMatchObject({ status: "offered" });
    expect((await query("attendance.preview", { joinToken: token })).refusal?.code).toBe("token.invalid");
    expect((await mailsTo(2)).at(-1)).toMatchObject({ kind: "place-offered" });
    expect((await answer(2, "take")).refusal).toBeUndefined();
    expect((await mutate("registration.answerOffer", { token, answer: "take" })).refusal).toBeUndefined();
    expect(await kindsTo(2)).toEqual(["registration-waitlisted", "place-offered", "confirmation"]);
    expect((await query("attendance.preview", { joinToken: token })).refusal).toBeUndefined();
  });

  it("goes on when it is declined, or when nobody answers, in order and once", async () => {
    const webinar = await full(6);
    await cancel(0);
    await answer(2, "decline");
    expect(await standings(webinar)).toMatchObject({ a2: "cancelled", a3: "offered", a4: "waitlisted" });
    await Promise.all(Array.from({ length: 6 }, () => settle(inHours(23))));
    expect(await standings(webinar)).toMatchObject({ a3: "offered" });
    await Promise.all(Array.from({ length: 6 }, () => settle(inHours(25))));
    expect(await standings(webinar)).toMatchObject({ a3: "cancelled", a4: "offered", a5: "waitlisted" });
    expect(await kindsTo(3)).toEqual(["registration-waitlisted", "place-offered", "offer-lapsed"]);
    expect(await kindsTo(4)).toEqual(["registration-waitlisted", "place-offered"]);
    const token = (await mailsTo(3))[1]?.payload.manage?.split("/").at(-1) ?? "";
    const late = await mutate("registration.answerOffer", { token, answer: "take" });
    expect(late.refusal?.code).toBe("registration.closed");
  });

  it("is given once, whatever dies: a worker is killed at every mail it makes, and two finish its work", async () => {
    const webinar = await full(8);
    await cancel(0);
    await cancel(1);
    expect(await standings(webinar)).toMatchObject({ a2: "offered", a3: "offered" });
    const now = inHours(25);
    const script = path.join(import.meta.dirname, "crashing-holds.ts");
    // Two offers that lapse are two mails, two that follow two more: it dies within each.
    for (const at of [1, 2, 3, 4]) {
      const worker = spawn(process.execPath, [script, stage.database.appUrl, String(at), now.toISOString()]);
      const [, signal] = (await once(worker, "exit")) as [number | null, string | null];
      expect(signal).toBe("SIGKILL");
      expect(await standings(webinar)).toMatchObject({ a2: "offered", a3: "offered", a4: "waitlisted" });
    }
    await Promise.all([settle(now), settle(now)]);
    expect(await standings(webinar)).toMatchObject({
      a2: "cancelled",
      a3: "cancelled",
      a4: "offered",
      a5: "offered",
    });
    for (const n of [4, 5])
      expect((await kindsTo(n)).filter((kind) => kind === "place-offered")).toHaveLength(1);
    for (const n of [2, 3])
      expect((await kindsTo(n)).filter((kind) => kind === "offer-lapsed")).toHaveLength(1);
  }, 60_000);

  it("is never given twice while people come, take, decline and lapse at once", async () => {
    const webinar = await full(12, { registrationLimit: 4 });
    await Promise.all([0, 1, 2, 3].map(cancel));
    expect(await counts(webinar)).toMatchObject({ registered: 0, offered: 4, waitlisted: 4 });
    const taken: number[] = [];
    const watch = setInterval(async () => {
      const now = await counts(webinar);
      taken.push(now.registered + now.offered);
    }, 10);
    await Promise.all([
      answer(4, "take"),
      answer(5, "decline"),
      answer(6, "take"),
      settle(inHours(25)),
      settle(inHours(25)),
      ...Array.from({ length: 20 }, (_, n) =>
        mutate("registration.submit", { slug: webinar.slug, email: `b${n}@example.test`, name: "B" }),
      ),
      settle(inHours(25)),
    ]);
    clearInterval(watch);
    const end = await counts(webinar);
    expect(end.registered + end.offered).toBe(4);
    expect(Math.max(...taken)).toBeLessThanOrEqual(4);
  }, 60_000);

  it("is given at once in the last hours, and where the host offers nothing", async () => {
    const near = await full(3);
    await owner`update webinars set starts_at = ${inHours(2.5)} where id = ${near.id}`;
    await cancel(0);
    expect(await standings(near)).toMatchObject({ a2: "registered" });
    await owner`delete from webinars`;
    const plain = await full(3, { offerHours: null });
    await cancel(0);
    expect(await standings(plain)).toMatchObject({ a2: "registered" });
  });

  it("has a shorter offer when the event comes nearer, and no offer at all when it is too near", async () => {
    const webinar = await full(4);
    await cancel(0);
    await cancel(1);
    const move = (hours: number) =>
      mutate("webinar.update", { id: webinar.id, ...schedule, startsAt: inHours(hours) }, host);
    await move(10);
    await Promise.all([settle(new Date()), settle(new Date())]);
    const until = await owner<{ left: number }[]>`
      select extract(epoch from answer_until - now()) / 3600 as left from registrations where status = 'offered'`;
    for (const { left } of until) expect(Number(left)).toBeCloseTo(7, 1);
    expect(await kindsTo(2)).toEqual(["registration-waitlisted", "place-offered", "place-offered"]);
    await move(3.2);
    await settle(new Date());
    expect(await standings(webinar)).toMatchObject({ a2: "registered", a3: "registered" });
  });
});

it("mails an offer with its end and the page to answer on, in the webinar's language; one that is answered is not sent", async () => {
  const webinar = await full(4);
  await owner`update webinars set locale = 'de' where id = ${webinar.id}`;
  await cancel(0);
  const row = async () =>
    (
      await owner<OutboxMail[]>`
      select id, webinar_id as "webinarId", registration_id as "registrationId", recipient, kind, payload
      from mail_outbox where kind = 'place-offered'`
    )[0] as OutboxMail;
  const mail = await composeMail(stage.services, await row());
  expect(mail.subject).toMatch(/^Ein Platz ist frei/);
  expect(mail.text).toContain(`/r/${await tokenOf(2)}`);
  expect(mail.text).toMatch(/Bis \w+, \d+\. \w+ \d{4}/);
  expect(mail.icalEvent).toBeUndefined();
  await answer(2, "take");
  await expect(composeMail(stage.services, await row())).rejects.toThrow(/answered meanwhile/);
});
