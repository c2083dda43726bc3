import { findWebinar, listFormFields, listSeriesDates, type OutboxMail, sendDueMails } from "@rostrum/db";
import ICAL from "ical.js";
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
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let host: Headers;
let owner: postgres.Sql;
beforeAll(async () => {
  stage = await openServer();
  host = await hostHeaders(stage.services, "series@example.test");
  owner = postgres(stage.database.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await owner.end();
  await stage.close();
});
beforeEach(() => owner`delete from webinars`);

// Tuesdays at 18:00 in Berlin, over the change of clocks of March 2099.
const first = new Date("2099-03-17T17:00:00Z");
const repeat = { every: "week", count: 4, without: ["2099-03-31"] };

async function series(choice: string, prepare?: (webinar: Scheduled) => Promise<unknown>) {
  const webinar = await scheduleAs(host, { title: "Tides", startsAt: first });
  await prepare?.(webinar);
  const { refusal } = await mutate("plan.repeat", { id: webinar.id, repeat, choice }, host);
  expect(refusal).toBeUndefined();
  const seriesId = (await findWebinar(stage.services.db, webinar.id))?.seriesId ?? "";
  return { webinar, dates: await listSeriesDates(stage.services.db, seriesId) };
}
const register = (slug: string, more: Record<string, unknown> = {}) =>
  mutate("registration.submit", { slug, email: "ada@example.test", name: "Ada", ...more });
async function mails(): Promise<OutboxMail[]> {
  const sent: OutboxMail[] = [];
  await sendDueMails(stage.services.db, async (mail) => void sent.push(mail), 100);
  return sent;
}
const rows = () =>
  owner<
    { slug: string; status: string }[]
  >`select slug, status from registrations join webinars on webinars.id = webinar_id order by starts_at`;

describe("a series", () => {
  it("has a webinar for each date, at the host's time, without the exceptions, with the form of the first", async () => {
    const { dates } = await series("chosen", ({ id }) =>
      mutate(
        "registration.saveForm",
        {
          webinarId: id,
          fields: [{ id: crypto.randomUUID(), kind: "text", label: "Company", required: true }],
        },
        host,
      ),
    );
    expect(dates.map(({ startsAt }) => startsAt.toISOString())).toEqual([
      "2099-03-17T17:00:00.000Z",
      "2099-03-24T17:00:00.000Z",
      "2099-04-07T16:00:00.000Z",
    ]);
    const fields = await Promise.all(dates.map(({ id }) => listFormFields(stage.services.db, id)));
    expect(fields.map((form) => form.map(({ label }) => label))).toEqual([
      ["Company"],
      ["Company"],
      ["Company"],
    ]);
    expect(new Set(fields.flat().map(({ id }) => id)).size).toBe(3);
  });

  it("registers for all dates in one go: a row each, one mail with each link, and an entry of each", async () => {
    const { webinar, dates } = await series("all");
    expect((await register(webinar.slug)).data).toEqual({ status: "registered" });
    expect((await rows()).map(({ slug }) => slug)).toEqual(dates.map(({ slug }) => slug));
    const [mail, ...more] = await mails();
    if (!mail) throw new Error("no mail");
    expect(more).toEqual([]);
    const { html, text, attachments = [] } = await composeMail(stage.services, mail);
    expect(new Set(String(text).match(/\/j\/[\w-]+/g)).size).toBe(3);
    expect(String(html)).toMatch(/Tuesday,? 7 April 2099/);
    const events = attachments.map(({ content }) =>
      new ICAL.Component(ICAL.parse(String(content))).getFirstSubcomponent("vevent"),
    );
    expect(new Set(events.map((event) => event?.getFirstPropertyValue("uid"))).size).toBe(3);
    expect(events.map((event) => String(event?.getFirstPropertyValue("dtstart")))).toEqual([
      "2099-03-17T17:00:00Z",
      "2099-03-24T17:00:00Z",
      "2099-04-07T16:00:00Z",
    ]);
  });

  it("registers for the dates that are chosen, and carries answers and consent over", async () => {
    const field = crypto.randomUUID();
    const { webinar, dates } = await series("chosen", async ({ id }) => {
      await mutate(
        "registration.saveForm",
        { webinarId: id, fields: [{ id: field, kind: "text", label: "Company", required: true }] },
        host,
      );
      const rules = {
        registrationLimit: null,
        waitlist: true,
        approval: "approve",
        allowedDomains: [],
        blockedDomains: [],
      };
      await mutate("registration.setRules", { webinarId: id, ...rules, consentText: "May we?" }, host);
    });
    const chosen = [dates[1]?.slug, dates[2]?.slug];
    const refused = await register(webinar.slug, { dates: ["no-such-date"] });
    expect(refused.refusal).toMatchObject({ code: "input.invalid", field: "dates" });
    const done = await register(webinar.slug, {
      dates: chosen,
      answers: { [field]: "ACME" },
      consentVersion: 1,
    });
    expect(done.data).toEqual({ status: "registered" });
    expect((await rows()).map(({ slug }) => slug)).toEqual(chosen);
    const stored = await owner`select answers from registrations`;
    expect(stored.map(({ answers }) => Object.values(answers))).toEqual([["ACME"], ["ACME"]]);
    expect(await owner`select 1 from consents`).toHaveLength(2);
  });

  it("lets nobody take more than one date where one is meant", async () => {
    const { webinar, dates } = await series("one");
    const both = dates.slice(0, 2).map(({ slug }) => slug);
    expect((await register(webinar.slug, { dates: both })).refusal).toMatchObject({ field: "dates" });
    expect((await register(webinar.slug, { dates: [both[1]] })).data).toEqual({ status: "registered" });
    expect((await rows()).map(({ slug }) => slug)).toEqual([both[1]]);
  });

  it("gives all dates or none, and waits only where it is full; the same form twice changes nothing", async () => {
    const { webinar, dates } = await series("all");
    const limited = (waitlist: boolean) =>
      owner`update webinars set registration_limit = 1, waitlist = ${waitlist} where id = ${dates[1]?.id ?? ""}`;
    await limited(false);
    expect((await register(webinar.slug)).data).toBeDefined();
    expect((await register(webinar.slug, { email: "bea@example.test" })).refusal?.code).toBe(
      "registration.closed",
    );
    expect(await rows()).toHaveLength(3);
    await limited(true);
    expect((await register(webinar.slug, { email: "bea@example.test" })).data).toEqual({
      status: "registered",
    });
    expect((await rows()).map(({ status }) => status).sort()).toEqual([
      ...Array(5).fill("registered"),
      "waitlisted",
    ]);
    const again = await register(webinar.slug);
    expect(again.refusal?.code).toBe("registration.duplicate");
    expect(await rows()).toHaveLength(6);
  });

  it("never doubles under many at once, and nobody waits for nobody", async () => {
    const { webinar, dates } = await series("chosen");
    const slugs = dates.map(({ slug }) => slug);
    await owner`update webinars set registration_limit = 5`;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        register(slugs[n % 3] ?? webinar.slug, {
          email: `p${n}@example.test`,
          dates: n % 2 ? slugs : slugs.toReversed(),
        }),
      ),
    );
    expect(answers.every(({ data }) => data !== undefined)).toBe(true);
    const counts =
      await owner`select count(*)::int as n from registrations where status = 'registered' group by webinar_id`;
    expect(counts.map(({ n }) => n)).toEqual([5, 5, 5]);
    expect(await mails()).toHaveLength(20);
  });

  it("moves this and the following dates together, and tells who is registered; earlier ones stay", async () => {
    const { webinar, dates } = await series("all");
    await register(webinar.slug);
    const second = dates[1];
    const change = {
      id: second?.id,
      title: "Tides II",
      description: "",
      startsAt: new Date("2099-03-25T18:30:00Z"),
      durationMinutes: 45,
      timeZone: "Europe/Berlin",
    };
    expect((await mutate("plan.changeFollowing", change, host)).data).toEqual({ changed: 2 });
    const { data } = await query("plan.series", { id: webinar.id }, host);
    expect(
      (data as { dates: { title: string; startsAt: number }[] }).dates.map((date) => [
        date.title,
        new Date(date.startsAt).toISOString(),
      ]),
    ).toEqual([
      ["Tides", "2099-03-17T17:00:00.000Z"],
      ["Tides II", "2099-03-25T18:30:00.000Z"],
      ["Tides II", "2099-04-08T17:30:00.000Z"],
    ]);
    expect(await owner`select 1 from campaigns where kind = 'changed'`).toHaveLength(2);
    expect((await mutate("plan.cancelFollowing", { id: dates[2]?.id }, host)).data).toEqual({ cancelled: 1 });
  });
});

describe("copies and templates", () => {
  const speakers = [{ id: crypto.randomUUID(), name: "Ada", role: "", bio: "", picture: null }];
  const page = { accent: "#b3123e", logo: null, cover: null, speakers, agenda: [] };
  const prepared = async () => {
    const webinar = await scheduleAs(host, {
      title: "Original",
      rtmpDestination: { label: "TV", url: "rtmp://a.example/x/secret" },
    });
    await mutate("page.save", { webinarId: webinar.id, page, visibility: "unlisted", locale: "de" }, host);
    const company = crypto.randomUUID();
    const fields = [
      { id: company, kind: "choice", label: "Customer?", options: ["yes", "no"] },
      { id: crypto.randomUUID(), kind: "text", label: "Which?", showIf: { fieldId: company, equals: "yes" } },
    ];
    await mutate("registration.saveForm", { webinarId: webinar.id, fields }, host);
    return webinar;
  };

  it("take along what is chosen and nothing else, with questions of their own", async () => {
    const webinar = await prepared();
    const startsAt = new Date("2099-05-01T10:00:00Z");
    const { data } = await mutate(
      "plan.clone",
      { id: webinar.id, title: "Copy", startsAt, take: ["form"] },
      host,
    );
    const copy = await findWebinar(stage.services.db, (data as Scheduled).id);
    expect(copy).toMatchObject({
      title: "Copy",
      startsAt,
      locale: "de",
      page: { accent: null, speakers: [] },
    });
    const fields = await listFormFields(stage.services.db, copy?.id ?? "");
    expect(fields.map(({ label }) => label)).toEqual(["Customer?", "Which?"]);
    expect(fields[1]?.showIf?.fieldId).toBe(fields[0]?.id);
    expect(await owner`select 1 from rtmp_destinations where webinar_id = ${copy?.id ?? ""}`).toHaveLength(0);
  });

  it("are kept without stream keys, begin webinars of their organisation, and of no other", async () => {
    const webinar = await prepared();
    const saved = await mutate("plan.saveTemplate", { id: webinar.id, name: "House style" }, host);
    const templateId = (saved.data as { id: string }).id;
    const [kept] = await owner`select blueprint::text as text from templates where id = ${templateId}`;
    expect(kept?.text).not.toContain("secret");
    const order = {
      templateId,
      title: "From it",
      description: "",
      startsAt: first,
      durationMinutes: 30,
      timeZone: "Europe/Berlin",
      seats: 10,
    };
    const made = await mutate("plan.fromTemplate", order, host);
    expect(await findWebinar(stage.services.db, (made.data as Scheduled).id)).toMatchObject({
      title: "From it",
      visibility: "unlisted",
      page: { accent: "#b3123e" },
    });
    const stranger = await hostHeaders(stage.services, "stranger@example.test");
    expect((await mutate("plan.fromTemplate", order, stranger)).refusal?.code).toBe("not-found");
    expect((await mutate("plan.deleteTemplate", { templateId }, stranger)).refusal?.code).toBe("not-found");
    expect((await query("plan.templates", undefined, stranger)).data).toEqual([]);
  });
});
