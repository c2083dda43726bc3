import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { findWebinar, giveUpLostMails, listRegistrations, type OutboxMail, sendDueMails } from "@rostrum/db";
import ICAL from "ical.js";
import nodeIcal from "node-ical";
import nodemailer from "nodemailer";
import PostalMime from "postal-mime";
import postgres from "postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { POST as unsubscribeRoute } from "../src/app/api/unsubscribe/[token]/route.ts";
import { queueDueCampaigns } from "../src/jobs/campaigns.ts";
import { composeMail } from "../src/server/mail/compose.ts";
import { changePhase } from "../src/server/use-cases/webinars.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  publicUrl,
  query,
  type Scheduled,
  type Stage,
  schedule,
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let host: Headers;
let owner: postgres.Sql;
beforeAll(async () => {
  stage = await openServer();
  host = await hostHeaders(stage.services, "mails@example.test");
  owner = postgres(stage.database.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await owner.end();
  await stage.close();
});
beforeEach(() => owner`delete from webinars`);

const minutes = (count: number) => new Date(Date.now() + count * 60_000);
const queue = (now = new Date()) => queueDueCampaigns(stage.services, now);

/** A webinar with people who registered a month ago. */
async function withPeople(count: number, more: Record<string, unknown> = {}): Promise<Scheduled> {
  const webinar = await scheduleAs(host, more);
  for (let n = 0; n < count; n++)
    await mutate("registration.submit", {
      slug: webinar.slug,
      email: `m${n}@example.test`,
      name: `Person ${n}`,
    });
  await owner`update registrations set created_at = now() - interval '30 days' where webinar_id = ${webinar.id}`;
  await owner`delete from mail_outbox`;
  return webinar;
}
const change = ({ id }: Scheduled, more: Record<string, unknown>) =>
  mutate("webinar.update", { id, ...schedule, ...more }, host);
/** Everything due is sent by two workers at once. */
async function sendAll(): Promise<OutboxMail[]> {
  const sent: OutboxMail[] = [];
  const work = () => sendDueMails(stage.services.db, async (mail) => void sent.push(mail), 1000);
  await Promise.all([work(), work()]);
  return sent;
}
const people = (mails: OutboxMail[]) => mails.map(({ recipient }) => recipient).sort();

describe("reminders", () => {
  it("come once to each, however many workers queue and send them", async () => {
    const webinar = await withPeople(30, { startsAt: minutes(59) });
    await mutate("registration.submit", { slug: webinar.slug, email: "late@example.test", name: "Late" });
    await owner`delete from mail_outbox`;
    await Promise.all([queue(), queue(), queue(), queue()]);
    await queue();
    const sent = await sendAll();
    expect(new Set(sent.map(({ kind }) => kind))).toEqual(new Set(["reminder"]));
    // The day's reminder is not sent behind the hour's, and who came after it was due needs none.
    expect(people(sent)).toEqual(Array.from({ length: 30 }, (_, n) => `m${n}@example.test`).sort());
    expect(await sendAll()).toEqual([]);
  });

  it("are not sent twice when a worker is killed between sending and noting it", async () => {
    await withPeople(3, { startsAt: minutes(30) });
    expect(await queue()).toBe(3);
    const folder = await mkdtemp(path.join(tmpdir(), "rostrum-mails-"));
    const file = path.join(folder, "sent");
    const script = path.join(import.meta.dirname, "crashing-worker.ts");
    const worker = spawn(process.execPath, [script, stage.database.appUrl, file], { stdio: "ignore" });
    await once(worker, "exit");
    const before = (await readFile(file, "utf8")).trim().split("\n");
    const after = people(await sendAll());
    expect([...before, ...after].sort()).toEqual(["m0@example.test", "m1@example.test", "m2@example.test"]);
    expect(await giveUpLostMails(stage.services.db, new Date())).toBe(0);
    expect(await giveUpLostMails(stage.services.db, minutes(20))).toBe(1);
    expect(await sendAll()).toEqual([]);
    await rm(folder, { recursive: true });
  });

  it("move with the webinar, which tells everybody once of however many changes", async () => {
    const webinar = await withPeople(2, { startsAt: minutes(45) });
    await change(webinar, { startsAt: minutes(4 * 1440) });
    await change(webinar, { startsAt: minutes(3 * 1440), title: "Another name" });
    await queue();
    const told = await sendAll();
    expect(told.map(({ kind }) => kind)).toEqual(["webinar-changed", "webinar-changed"]);
    await queue();
    expect(await sendAll()).toEqual([]);
    // Two days later the day's reminder is due, and only that.
    await queue(minutes(2 * 1440 + 1));
    expect((await sendAll()).map(({ kind }) => kind)).toEqual(["reminder", "reminder"]);
    await queue(minutes(2 * 1440 + 2));
    expect(await sendAll()).toEqual([]);
    // A description is not worth a mail.
    await change(webinar, { startsAt: minutes(3 * 1440), title: "Another name", description: "New." });
    const rows =
      await owner`select kind from campaigns where webinar_id = ${webinar.id} and done_for is null and kind = 'changed'`;
    expect(rows.length).toBeLessThanOrEqual(1);
  });

  it("stop with one click, which leaves the registration as it is", async () => {
    const webinar = await withPeople(2, { startsAt: minutes(50) });
    await queue();
    const [first] = await sendAll();
    if (!first) throw new Error("a reminder was due");
    await owner`update mail_outbox set payload = ${owner.json(first.payload)} where id = ${first.id}`;
    const mail = await composeMail(stage.services, first);
    const headers = mail.headers as Record<string, string>;
    expect(headers["List-Unsubscribe-Post"]).toBe("List-Unsubscribe=One-Click");
    const url = /^<(http.+)>$/.exec(headers["List-Unsubscribe"] ?? "")?.[1] ?? "";
    const post = async (token: string) =>
      unsubscribeRoute(
        new Request(`${publicUrl}/api/unsubscribe/x`, { method: "POST", body: "List-Unsubscribe=One-Click" }),
        { params: Promise.resolve({ token }) },
      );
    const token = new URL(url).pathname.split("/").at(-1) ?? "";
    expect([(await post(token)).status, (await post(token)).status]).toEqual([200, 200]);
    for (const bad of [
      "",
      "x",
      `${token}x`,
      token.replace(/^./, "0").replace(/.$/, "_"),
      "\u0000.\u0000",
      ".",
      "a".repeat(9999),
    ])
      expect((await post(bad)).status, bad.slice(0, 40)).toBe(401);
    const rows = await listRegistrations(stage.services.db, { webinarId: webinar.id, limit: 9 });
    expect(rows.map(({ status }) => status)).toEqual(["registered", "registered"]);
    await change(webinar, { startsAt: minutes(40) });
    await queue();
    const kinds = (await sendAll()).map(({ kind, recipient }) => [kind, recipient === first.recipient]);
    // Both are told of the change; only the other is reminded.
    expect(kinds.filter(([kind]) => kind === "webinar-changed")).toHaveLength(2);
    expect(kinds.filter(([kind, own]) => kind === "reminder" && own)).toEqual([]);
  });
});

describe("after the end", () => {
  it("those who came and those who did not get their own words, once", async () => {
    const webinar = await withPeople(2);
    const followUp = { offsetMinutes: 30, attendedText: "See you again.", missedText: "Next time." };
    await mutate("webinar.setMails", { id: webinar.id, reminders: [], followUp }, host);
    expect((await query("webinar.mails", { id: webinar.id }, host)).data).toEqual({
      reminders: [],
      followUp,
    });
    const row = await findWebinar(stage.services.db, webinar.id);
    if (!row) throw new Error("scheduled");
    const live = await changePhase(stage.services, row, "go-live");
    const [first] = await listRegistrations(stage.services.db, { webinarId: webinar.id, limit: 1 });
    await owner`insert into attendance_intervals (id, webinar_id, participant_id, admission_id, role, delivery, node_id, joined_at)
      values (gen_random_uuid(), ${webinar.id}, ${first?.id ?? ""}, gen_random_uuid(), 'attendee', 'hls', 'edge', now())`;
    await changePhase(stage.services, live, "end");
    expect(await queue()).toBe(0);
    expect(await queue(minutes(31))).toBe(2);
    expect(await queue(minutes(60))).toBe(0);
    const said = (await sendAll()).map(({ kind, payload, recipient }) => [
      recipient === first?.email,
      kind,
      payload.text,
    ]);
    expect(said.sort()).toEqual([
      [false, "follow-up-missed", "Next time."],
      [true, "follow-up-attended", "See you again."],
    ]);
  });
});

type Entry = { method: string; uid: string; sequence: number; status: string; start: number; end: number };

/** What two parsers that know nothing of each other make of an entry: the same. */
function readEntry(text: string): Entry {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const component = calendar.getFirstSubcomponent("vevent");
  if (!component) throw new Error("no event");
  const event = new ICAL.Event(component);
  const entry: Entry = {
    method: String(calendar.getFirstPropertyValue("method")),
    uid: event.uid,
    sequence: Number(event.sequence),
    status: String(component.getFirstPropertyValue("status")),
    start: event.startDate.toJSDate().getTime(),
    end: event.endDate.toJSDate().getTime(),
  };
  const parsed = nodeIcal.sync.parseICS(text);
  const other = Object.values(parsed).find((one) => one?.type === "VEVENT") as unknown as {
    uid: string;
    sequence: string | number;
    status: string;
    start: Date;
    end: Date;
    method: string;
  };
  expect({
    method: other.method,
    uid: other.uid,
    sequence: Number(other.sequence),
    status: other.status,
    start: other.start.getTime(),
    end: other.end.getTime(),
  }).toEqual(entry);
  for (const line of text.split(/\r?\n/)) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  return entry;
}

describe("calendar entries", () => {
  /** The mail as it goes over the wire, and the entry in it. */
  async function received(
    mail: OutboxMail,
  ): Promise<{ entry: Entry | undefined; method: string | undefined; headers: Record<string, string> }> {
    const transport = nodemailer.createTransport({ streamTransport: true, buffer: true });
    const { message } = await transport.sendMail(await composeMail(stage.services, mail));
    const raw = (message as Buffer).toString("utf8");
    const email = await PostalMime.parse(raw);
    const calendar = email.attachments.find(({ mimeType }) => mimeType === "text/calendar");
    const text = calendar ? Buffer.from(calendar.content as ArrayBuffer).toString("utf8") : undefined;
    return {
      entry: text ? readEntry(text) : undefined,
      method: calendar?.method,
      headers: Object.fromEntries(email.headers.map(({ key, value }) => [key, value])),
    };
  }
  const next = async (kind: string): Promise<OutboxMail> => {
    const mail = (await sendAll()).find((one) => one.kind === kind);
    if (!mail) throw new Error(`no mail of kind ${kind}`);
    return mail;
  };

  it("keep their UID while SEQUENCE rises, say in MIME what they say inside, and survive a change of clocks", async () => {
    // 02:30 on the day clocks go forward in Berlin does not exist; 01:30 UTC does.
    const startsAt = new Date("2027-03-28T01:30:00Z");
    const webinar = await scheduleAs(host, {
      startsAt,
      durationMinutes: 90,
      title: "Ünïcode, with; commas and a title that is long enough to be folded twice",
    });
    await mutate("registration.submit", { slug: webinar.slug, email: "cal@example.test", name: 'Çal; "x"' });
    const invited = await received(await next("confirmation"));
    expect(invited).toMatchObject({
      method: "REQUEST",
      entry: {
        method: "REQUEST",
        sequence: 0,
        status: "CONFIRMED",
        start: startsAt.getTime(),
        end: startsAt.getTime() + 5_400_000,
      },
    });
    const later = new Date("2027-10-31T01:30:00Z");
    await change(webinar, { startsAt: later });
    await queue();
    const moved = await received(await next("webinar-changed"));
    expect(moved.entry).toMatchObject({
      method: "REQUEST",
      uid: invited.entry?.uid,
      sequence: 1,
      start: later.getTime(),
    });
    await mutate("webinar.cancel", { id: webinar.id }, host);
    await mutate("webinar.cancel", { id: webinar.id }, host);
    await queue();
    const cancelled = await received(await next("webinar-cancelled"));
    expect(cancelled).toMatchObject({
      method: "CANCEL",
      entry: { method: "CANCEL", uid: invited.entry?.uid, sequence: 2, status: "CANCELLED" },
    });
    expect(
      (await mutate("registration.submit", { slug: webinar.slug, email: "x@example.test", name: "X" }))
        .refusal?.code,
    ).toBe("registration.closed");
  });

  it("follow one person who leaves and comes back", async () => {
    const webinar = await scheduleAs(host, { startsAt: minutes(5 * 1440) });
    const submit = () =>
      mutate("registration.submit", { slug: webinar.slug, email: "back@example.test", name: "Back" });
    await submit();
    const first = await next("confirmation");
    const token = first.payload.manage?.split("/").at(-1) ?? "";
    await mutate("registration.cancel", { token });
    const left = await received(await next("registration-cancelled"));
    await submit();
    const back = await received(await next("confirmation"));
    expect([left.entry?.method, left.entry?.sequence, back.entry?.method, back.entry?.sequence]).toEqual([
      "CANCEL",
      1,
      "REQUEST",
      2,
    ]);
    expect(left.entry?.uid).toBe(back.entry?.uid);
    expect(back.headers["message-id"]).toMatch(/^<[\w-]+@localhost>$/);
    expect(back.headers["list-unsubscribe"]).toBeUndefined();
  });
});
