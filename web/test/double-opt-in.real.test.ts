import {
  countByStatus,
  findWebinar,
  listRegistrations,
  listSeriesDates,
  type OutboxMail,
  reportTotals,
} from "@rostrum/db";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { forgetUnconfirmed, settleDueHolds } from "../src/jobs/holds.ts";
import { composeMail } from "../src/server/mail/compose.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  query,
  type Scheduled,
  type Stage,
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let owner: postgres.Sql;
let host: Headers;
beforeAll(async () => {
  stage = await openServer({ WEBHOOK_ALLOWED_NETWORKS: "127.0.0.0/8" });
  owner = postgres(stage.database.url, { max: 1, onnotice: () => {} });
  host = await hostHeaders(stage.services, "optin@example.test");
});
afterAll(async () => {
  await owner.end();
  await stage.close();
});
beforeEach(() => owner`delete from webinars`);

const hourMs = 3600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * hourMs);
const rules = {
  registrationLimit: null,
  waitlist: true,
  doubleOptIn: true,
  approval: "approve",
  allowedDomains: [],
  blockedDomains: [],
  consentText: "",
};
async function asking(more: Record<string, unknown> = {}): Promise<Scheduled> {
  const webinar = await scheduleAs(host, { startsAt: inHours(24 * 14) });
  await mutate("registration.setRules", { webinarId: webinar.id, ...rules, ...more }, host);
  return webinar;
}
const submit = ({ slug }: Scheduled, who: string, more: Record<string, unknown> = {}) =>
  mutate("registration.submit", { slug, email: `${who}@example.test`, name: who, ...more });
const mailsTo = (who: string) =>
  owner<{ kind: string; once: boolean; payload: Record<string, string> }[]>`
    select kind, once, payload from mail_outbox where recipient = ${`${who}@example.test`} order by created_at, id`;
const kindsTo = async (who: string) => (await mailsTo(who)).map(({ kind }) => kind);
const tokenOf = async (who: string) => (await mailsTo(who)).at(-1)?.payload.manage?.split("/").at(-1) ?? "";
const confirm = async (who: string) => mutate("registration.confirm", { token: await tokenOf(who) });
const rowsOf = ({ id }: Scheduled) => listRegistrations(stage.services.db, { webinarId: id, limit: 2000 });
const counts = ({ id }: Scheduled) => countByStatus(stage.services.db, id);
const settle = (now: Date) => settleDueHolds(stage.services, now);

describe("an address that is to be confirmed", () => {
  it("counts after the click only: the link opens nothing before, looking at its page changes nothing", async () => {
    const webinar = await asking({ consentText: "We may write to you." });
    expect((await submit(webinar, "ada", { consentVersion: 1 })).data).toEqual({ status: "unconfirmed" });
    expect(await kindsTo("ada")).toEqual(["confirm-address"]);
    const token = await tokenOf("ada");
    for (let look = 0; look < 3; look++)
      expect((await query("registration.mine", { token })).data).toMatchObject({
        status: "unconfirmed",
        agreed: true,
      });
    expect((await query("attendance.preview", { joinToken: token })).refusal?.code).toBe("token.invalid");
    // Coming again is no error, and brings the link again.
    expect((await submit(webinar, "ada", { consentVersion: 1 })).data).toEqual({ status: "unconfirmed" });
    expect((await reportTotals(stage.services.db, webinar.id, new Date())).registered).toBe(0);
    const before = Date.now();
    expect((await confirm("ada")).refusal).toBeUndefined();
    expect((await mutate("registration.confirm", { token })).refusal).toBeUndefined();
    expect(await kindsTo("ada")).toEqual(["confirm-address", "confirm-address", "confirmation"]);
    expect((await query("attendance.preview", { joinToken: token })).refusal).toBeUndefined();
    const [row] = await rowsOf(webinar);
    expect(row).toMatchObject({ status: "registered", confirmedText: "en-1", holdsSeat: false });
    expect(row?.confirmedAt?.getTime()).toBeGreaterThanOrEqual(before - 1);
    const [proof] = await owner`select agreed_at, confirmed_at from consents`;
    expect(proof?.confirmed_at.getTime()).toBe(row?.confirmedAt?.getTime());
    expect((await reportTotals(stage.services.db, webinar.id, new Date())).registered).toBe(1);
  });

  it("is told to nobody before, then as a registration like any other", async () => {
    const webinar = await asking();
    const events = ["registration.created", "registration.updated", "registration.cancelled"];
    const endpoint = await mutate(
      "integration.createEndpoint",
      { url: "http://127.0.0.1:9/hook", events },
      host,
    );
    expect(endpoint.refusal).toBeUndefined();
    await submit(webinar, "one");
    await submit(webinar, "two");
    await mutate("registration.edit", { token: await tokenOf("one"), name: "Renamed", answers: {} });
    await mutate("registration.cancel", { token: await tokenOf("two") });
    expect(await owner`select event from webhook_outbox`).toHaveLength(0);
    expect(await kindsTo("two")).toEqual(["confirm-address"]);
    await confirm("one");
    const told = await owner<
      { event: string; payload: { data: { registration: Record<string, unknown> } } }[]
    >`
      select event, payload from webhook_outbox`;
    expect(told.map(({ event }) => event)).toEqual(["registration.created"]);
    expect(told[0]?.payload.data.registration).toMatchObject({ status: "registered", answerUntil: null });
    expect(told[0]?.payload.data.registration.confirmedAt).toMatch(/Z$/);
  });

  it("keeps a place and no more than there are, however many come and confirm at once", async () => {
    const webinar = await asking({ registrationLimit: 5 });
    const people = Array.from({ length: 40 }, (_, n) => `p${n}`);
    const answers = await Promise.all(people.map((who) => submit(webinar, who)));
    expect(new Set(answers.map(({ data }) => (data as { status: string }).status))).toEqual(
      new Set(["unconfirmed"]),
    );
    const held = (await rowsOf(webinar)).filter(({ holdsSeat }) => holdsSeat).map(({ name }) => name);
    expect(held).toHaveLength(5);
    await Promise.all(people.flatMap((who) => [confirm(who), confirm(who)]));
    expect(await counts(webinar)).toMatchObject({ registered: 5, waitlisted: 35, unconfirmed: 0 });
    const seated = (await rowsOf(webinar)).filter(({ status }) => status === "registered");
    expect(seated.map(({ name }) => name).sort()).toEqual(held.sort());
    for (const who of people) expect((await kindsTo(who)).slice(1)).toHaveLength(1);
  }, 60_000);

  it("is reminded of once, lapses, frees its place, and is forgotten a week later", async () => {
    const webinar = await asking({ registrationLimit: 1, confirmHours: 10 });
    await submit(webinar, "slow");
    await submit(webinar, "next");
    await confirm("next");
    expect(await counts(webinar)).toMatchObject({ unconfirmed: 1, waitlisted: 1 });
    await Promise.all([settle(inHours(4.9)), settle(inHours(4.9))]);
    expect(await kindsTo("slow")).toEqual(["confirm-address"]);
    await Promise.all(Array.from({ length: 5 }, () => settle(inHours(5.1))));
    await settle(inHours(6));
    const mails = await mailsTo("slow");
    expect(mails.map(({ kind, once }) => [kind, once])).toEqual([
      ["confirm-address", false],
      ["confirm-reminder", true],
    ]);
    await Promise.all(Array.from({ length: 5 }, () => settle(inHours(10.1))));
    expect(await counts(webinar)).toMatchObject({ registered: 1, cancelled: 1, unconfirmed: 0 });
    expect(await kindsTo("slow")).toHaveLength(2);
    expect(await kindsTo("next")).toEqual(["confirm-address", "registration-waitlisted", "confirmation"]);
    const late = await mutate("registration.confirm", { token: await tokenOf("slow") });
    expect(late.refusal?.code).toBe("registration.closed");
    expect(await forgetUnconfirmed(stage.services, inHours(10 + 6 * 24))).toBe(0);
    expect(await forgetUnconfirmed(stage.services, inHours(11 + 7 * 24))).toBe(1);
    expect((await rowsOf(webinar)).map(({ name }) => name)).toEqual(["next"]);
    expect(await owner`select 1 from mail_outbox where recipient = 'slow@example.test'`).toHaveLength(0);
  });

  it("is looked at by the host after it is confirmed, and is not the host's to confirm", async () => {
    const webinar = await asking({ approval: "review" });
    await submit(webinar, "ada");
    const [row] = await rowsOf(webinar);
    const order = { webinarId: webinar.id, ids: [row?.id], decision: "approve" };
    expect((await mutate("registration.decide", order, host)).data).toMatchObject({ registered: 0 });
    await confirm("ada");
    expect(await counts(webinar)).toMatchObject({ pending: 1 });
    await mutate("registration.decide", order, host);
    expect(await kindsTo("ada")).toEqual(["confirm-address", "registration-pending", "confirmation"]);
  });

  it("is confirmed once for all dates of a series", async () => {
    const webinar = await asking();
    const repeat = { every: "week", count: 3, without: [] };
    await mutate("plan.repeat", { id: webinar.id, repeat, choice: "all" }, host);
    const seriesId = (await findWebinar(stage.services.db, webinar.id))?.seriesId ?? "";
    const dates = await listSeriesDates(stage.services.db, seriesId);
    expect(dates.every(({ doubleOptIn }) => doubleOptIn)).toBe(true);
    expect((await submit(webinar, "ada")).data).toEqual({ status: "unconfirmed" });
    expect(await kindsTo("ada")).toEqual(["confirm-address"]);
    await confirm("ada");
    expect(await kindsTo("ada")).toEqual(["confirm-address", "series-confirmation"]);
    for (const date of dates) expect(await counts(date)).toMatchObject({ registered: 1 });
  });

  it("is asked for by new webinars when the organisation says so", async () => {
    await mutate("privacy.setDoubleOptIn", { on: true }, host);
    const { id } = await scheduleAs(host);
    await mutate("privacy.setDoubleOptIn", { on: false }, host);
    expect((await findWebinar(stage.services.db, id))?.doubleOptIn).toBe(true);
    expect((await findWebinar(stage.services.db, (await scheduleAs(host)).id))?.doubleOptIn).toBe(false);
  });

  it("gets a mail that leads to the page with the button, and none when it is confirmed meanwhile", async () => {
    const webinar = await asking();
    await submit(webinar, "ada");
    const token = await tokenOf("ada");
    const [mail] = await owner<OutboxMail[]>`
      select id, webinar_id as "webinarId", registration_id as "registrationId", recipient, kind, payload
      from mail_outbox`;
    const message = await composeMail(stage.services, mail as OutboxMail);
    expect(message.text).toContain(`/r/${token}`);
    expect(message.text).not.toContain("/j/");
    expect(message.icalEvent).toBeUndefined();
    await confirm("ada");
    await expect(composeMail(stage.services, mail as OutboxMail)).rejects.toThrow(/answered meanwhile/);
  });
});
