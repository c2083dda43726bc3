import type { OutboxMail } from "@rostrum/db";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
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
  host = await hostHeaders(stage.services, "door@example.test");
});
afterAll(async () => {
  await owner.end();
  await stage.close();
});
beforeEach(() => owner`delete from webinars`);

const minutes = (count: number) => new Date(Date.now() + count * 60_000);
const shut = {
  opensAt: null,
  closesAt: null,
  closesAfterMinutes: null,
  passcodeAt: "register",
  passcodeInLinks: false,
};
const setDoor = ({ id }: Scheduled, door: Record<string, unknown>) =>
  mutate("registration.setDoor", { webinarId: id, ...shut, ...door }, host);
let people = 0;
const submit = ({ slug }: Scheduled, more: Record<string, unknown> = {}, headers?: Headers) =>
  mutate("registration.submit", { slug, email: `d${++people}@example.test`, name: "D", ...more }, headers);
const page = async ({ slug }: Scheduled) =>
  (await query("webinar.bySlug", { slug })).data as {
    window: { state: string; opensAt: number | null; closesAt: number | null };
    asksPasscode: boolean;
  };

describe("the registration window", () => {
  it("is kept on the page and by whatever registers, and moves with the date", async () => {
    const webinar = await scheduleAs(host, { startsAt: minutes(120) });
    expect((await page(webinar)).window).toEqual({ state: "open", opensAt: null, closesAt: null });
    const opensAt = minutes(30);
    await setDoor(webinar, { opensAt, closesAfterMinutes: 10 });
    expect((await page(webinar)).window).toMatchObject({ state: "before", opensAt: opensAt.getTime() });
    expect((await submit(webinar)).refusal).toMatchObject({
      code: "registration.closed",
      message: /not opened/,
    });
    await setDoor(webinar, { opensAt: minutes(-30), closesAfterMinutes: 10 });
    expect((await page(webinar)).window.state).toBe("open");
    expect((await submit(webinar)).data).toEqual({ status: "registered" });
    await setDoor(webinar, { closesAt: minutes(-1) });
    expect((await page(webinar)).window.state).toBe("after");
    expect((await submit(webinar)).refusal).toMatchObject({ code: "registration.closed", message: /closed/ });
    // An hour before the start: closed once the webinar is half an hour away, open again when it is moved.
    await setDoor(webinar, { closesAfterMinutes: -60 });
    const move = (startsAt: Date) =>
      mutate("webinar.update", { id: webinar.id, ...schedule, startsAt }, host);
    await move(minutes(30));
    expect((await submit(webinar)).refusal?.code).toBe("registration.closed");
    await move(minutes(90));
    expect((await submit(webinar)).data).toEqual({ status: "registered" });
  });

  it("cannot close before it opens", async () => {
    const webinar = await scheduleAs(host);
    const wrong = await setDoor(webinar, { opensAt: minutes(20), closesAt: minutes(10) });
    expect(wrong.refusal).toMatchObject({ code: "input.invalid", field: "closesAt" });
  });

  it("leaves dates of a series out that are not open", async () => {
    const webinar = await scheduleAs(host, { startsAt: minutes(600) });
    await setDoor(webinar, { closesAfterMinutes: -60 });
    await mutate(
      "plan.repeat",
      { id: webinar.id, repeat: { every: "week", count: 3, without: [] }, choice: "all" },
      host,
    );
    const [second] = await owner`select id from webinars order by starts_at offset 1 limit 1`;
    await owner`update webinars set registration_opens_at = now() + interval '1 day' where id = ${second?.id}`;
    expect((await submit(webinar)).data).toEqual({ status: "registered" });
    expect(await owner`select 1 from registrations`).toHaveLength(2);
    const kept = await owner`select registration_closes_after as minutes from webinars`;
    expect(kept.map((row) => row.minutes)).toEqual([-60, -60, -60]);
  });
});

describe("a passcode", () => {
  it("is asked for on the page, kept as nobody can read it, and not guessed", async () => {
    const webinar = await scheduleAs(host);
    await setDoor(webinar, { passcode: "Sesam öffne dich" });
    const [row] = await owner`select passcode_hash from webinars`;
    expect(row?.passcode_hash).not.toMatch(/sesam/i);
    expect((await page(webinar)).asksPasscode).toBe(true);
    const wrong = await submit(webinar, { passcode: "Sesame" });
    expect(wrong.refusal).toMatchObject({ code: "permission.denied", field: "passcode" });
    expect((await submit(webinar)).refusal?.field).toBe("passcode");
    expect((await submit(webinar, { passcode: " Sesam öffne dich " })).data).toEqual({
      status: "registered",
    });
    // Kept when the rest is saved, and gone when the host says so.
    await setDoor(webinar, {});
    expect((await page(webinar)).asksPasscode).toBe(true);
    const from = { "x-forwarded-for": "203.0.113.50" };
    for (let n = 0; n < 10; n++) await submit(webinar, { passcode: `guess ${n}` }, from);
    const late = await submit(webinar, { passcode: "Sesam öffne dich" }, from);
    expect(late.refusal?.code).toBe("rate.limited");
    expect((await submit(webinar, { passcode: "Sesam öffne dich" })).refusal).toBeUndefined();
    await setDoor(webinar, { passcode: null });
    expect((await submit(webinar)).data).toEqual({ status: "registered" });
  });

  it("may be asked for at the door instead; a mailed link carries it where the host wants that", async () => {
    const webinar = await scheduleAs(host);
    await setDoor(webinar, { passcode: "sesame", passcodeAt: "join" });
    expect((await page(webinar)).asksPasscode).toBe(false);
    await submit(webinar);
    const mail = async () =>
      (
        await owner<OutboxMail[]>`
        select id, webinar_id as "webinarId", registration_id as "registrationId", recipient, kind, payload
        from mail_outbox`
      )[0] as OutboxMail;
    const joinToken = (await mail()).payload.link?.split("/").at(-1) ?? "";
    expect((await query("attendance.preview", { joinToken })).data).toMatchObject({ asksPasscode: true });
    const admit = (passcodeKey?: string) =>
      mutate("attendance.admit", { joinToken, ...(passcodeKey ? { passcodeKey } : {}) });
    expect((await admit()).refusal).toMatchObject({ code: "permission.denied", field: "passcode" });
    expect((await mutate("attendance.unlock", { joinToken, passcode: "no" })).refusal?.field).toBe(
      "passcode",
    );
    const { key } = (await mutate("attendance.unlock", { joinToken, passcode: "sesame" })).data as {
      key: string;
    };
    // There is no edge here: whoever gets as far as this was let in.
    expect((await admit(key)).refusal?.code).toBe("node.unavailable");
    const another = `${key.startsWith("x") ? "y" : "x"}${key.slice(1)}`;
    expect((await admit(another)).refusal?.code).toBe("permission.denied");
    const before = await composeMail(stage.services, await mail());
    expect(before.text).not.toContain("#k=");
    await setDoor(webinar, { passcodeAt: "join", passcodeInLinks: true });
    expect((await composeMail(stage.services, await mail())).text).toContain(`/j/${joinToken}#k=${key}`);
    await setDoor(webinar, { passcode: "another", passcodeAt: "join" });
    expect((await admit(key)).refusal?.code).toBe("permission.denied");
  });
});
