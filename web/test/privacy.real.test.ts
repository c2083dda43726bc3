import { addJoinToken, sendDueMails } from "@rostrum/db";
import { roomLogKey, WebinarId } from "@rostrum/protocol";
import nodemailer from "nodemailer";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openExport } from "../src/server/exports/index.ts";
import { composeMail } from "../src/server/mail/compose.ts";
import { newSecret } from "../src/server/secrets.ts";
import { webinarReport } from "../src/server/use-cases/report.ts";
import { exportedAt, idOf, seedEvent } from "./event-fixture.ts";
import { dumpDatabase, dumpFolder, dumpRedis } from "./everything-stored.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  query,
  roomHeaders,
  type Scheduled,
  type Stage,
  scheduleAs,
} from "./harness.ts";
import { openSink, type Sink } from "./sink.ts";

let sink: Sink;
let stage: Stage;
let owner: Headers;
let sql: postgres.Sql;
const email = "ada@example.test";
const traces = /ada@example\.test|ada byron|acme, inc|@home/i;

beforeAll(async () => {
  sink = await openSink();
  stage = await openServer({ SMTP_URL: sink.smtpUrl, MAIL_SINK_URL: sink.inboxUrl });
  sql = postgres(stage.database.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await stage.close();
  await sink.close();
});

/** Send what is queued through real SMTP into the real sink. */
async function deliver(): Promise<void> {
  const transport = nodemailer.createTransport(sink.smtpUrl);
  while (
    (await sendDueMails(stage.services.db, async (mail) => {
      await transport.sendMail(await composeMail(stage.services, mail));
    })) > 0
  );
  transport.close();
}

/** All figures of a report; who it names is nobody's total. */
async function figures(webinar: Parameters<typeof webinarReport>[1]) {
  const { questions, engagement, ...rest } = await webinarReport(stage.services.db, webinar, exportedAt);
  const { most: _most, ...scores } = engagement ?? { most: [] };
  return { ...rest, scores, asked: questions.map(({ id, status, upvotes }) => ({ id, status, upvotes })) };
}

const registered = async (slug: string, address: string, name: string) =>
  mutate("registration.submit", { slug, email: address, name, utm: { utm_content: address } });

describe("a person who wants to be forgotten", () => {
  let webinar: Awaited<ReturnType<typeof seedEvent>>;
  let next: Scheduled;
  let elsewhere: Scheduled;
  let link: string;
  const ada = idOf(4, 1);

  beforeAll(async () => {
    webinar = await seedEvent(stage.database);
    owner = await hostHeaders(stage.services, "fixture-host@example.test");
    next = await scheduleAs(owner, { title: "The next one" });
    await mutate(
      "registration.setRules",
      {
        webinarId: next.id,
        registrationLimit: 1,
        waitlist: true,
        approval: "approve",
        allowedDomains: [],
        blockedDomains: [],
        consentText: "We may write to you.",
      },
      owner,
    );
    // Another system is told of everybody who registers, and never answers.
    const endpoint = { url: "https://crm.example/", events: ["registration.created"] };
    await mutate("integration.createEndpoint", endpoint, owner);
    const consent = { consentVersion: 1 };
    await mutate("registration.submit", {
      slug: next.slug,
      email: ` ${email.toUpperCase()} `,
      name: "Ada Byron",
      ...consent,
    });
    await mutate("registration.submit", {
      slug: next.slug,
      email: "grace@example.test",
      name: "Grace",
      ...consent,
    });
    const told = await sql`select payload::text as text from webhook_outbox`;
    expect(told.filter(({ text }) => traces.test(text))).toHaveLength(1);
    const answer = JSON.stringify({ id: ada, name: "Ada Byron" });
    await sql`insert into idempotency_keys (scope, key, request_hash, answer) values ('api', 'k1', 'r', ${answer})`;
    elsewhere = await scheduleAs(await hostHeaders(stage.services, "stranger@example.test"));
    await registered(elsewhere.slug, email, "Ada Byron");
    await mutate("auth.requestLink", { email });
    // Others wrote her address; she panels once; a mail to her has failed.
    await sql`insert into chat_messages (id, webinar_id, participant_id, name, text) values
      (gen_random_uuid(), ${webinar.id}, ${idOf(4, 2)}, 'Søren', 'Write to Ada@Example.test, she knows')`;
    await sql`insert into panelists (webinar_id, email, name, token_hash) values (${next.id}, ${email}, 'Ada Byron', 'ada-panelist')`;
    await sql`insert into mail_outbox (webinar_id, registration_id, recipient, kind, payload, failed_at, error) values
      (${webinar.id}, ${ada}, ${email}, 'confirmation', ${sql.json({ name: "Ada Byron" })}, now(), ${`550 no such user <${email}>`})`;
    const secret = newSecret();
    link = secret.token;
    await addJoinToken(stage.services.db, ada, secret.hash);
    await deliver();
    await stage.services.events.append(roomLogKey(webinar.id), {
      webinarId: WebinarId.parse(webinar.id),
      at: Date.now(),
      audience: "all",
      body: {
        type: "chat.posted",
        message: { id: idOf(10, 1), participantId: ada as never, name: "Ada Byron", text: "Hello", at: 1 },
      },
    });
  });

  it("is found wherever the organisation knows the address, and nowhere else", async () => {
    const { data } = await mutate("privacy.find", { email: " ADA@example.test" }, owner);
    expect(data).toMatchObject({
      member: false,
      counts: { stays: 3, questions: 1, chat: 1, votes: 1, hands: 0 },
    });
    const kinds = (data as { traces: { kind: string; title: string }[] }).traces;
    expect(kinds.map(({ kind, title }) => `${kind}: ${title}`).sort()).toEqual([
      "panelist: The next one",
      'registrant: Night shift, part "1"',
      "registrant: The next one",
    ]);
    const nobody = await mutate("privacy.find", { email: "nobody@example.test" }, owner);
    expect((nobody.data as { traces: unknown[] }).traces).toEqual([]);
  });

  it("gets everything that is stored as one document", async () => {
    const { data } = await mutate("privacy.export", { email }, owner);
    const document = JSON.parse((data as { document: string }).document);
    expect(document).toMatchObject({ format: "rostrum-person", version: 1, email, account: null });
    const night = document.webinars.find((one: { webinar: { id: string } }) => one.webinar.id === webinar.id);
    expect(night).toMatchObject({
      as: "registrant",
      registration: { email, name: "Ada Byron", referrer: "https://news.example/letter" },
      answers: [
        { question: "Company", answer: "Acme, Inc." },
        { question: '=Why?, "really"', answer: "@home\nand\taway" },
      ],
      questions: [{ text: "Is it on?", status: "answered" }],
      votes: [{ poll: "Tea, or coffee?", option: "Tea" }],
      chat: [{ text: 'Hello, "all"' }],
      mails: [{ kind: "confirmation", recipient: email }],
    });
    expect(night.attendance).toHaveLength(3);
    const other = document.webinars.filter((one: { webinar: { id: string } }) => one.webinar.id === next.id);
    expect(other.flatMap((one: { consents: unknown[] }) => one.consents)).toMatchObject([
      { version: 1, text: "We may write to you." },
    ]);
  });

  it("is not erased by a slip, nor by somebody who may not", async () => {
    const slip = await mutate("privacy.erase", { email, confirm: "ada@example.tes" }, owner);
    expect(slip.refusal).toMatchObject({ code: "input.invalid", field: "confirm" });
    await hostHeaders(stage.services, "helper@example.test");
    await sql`update memberships set organisation_id = ${webinar.organisationId}, role = 'host'
      where user_id = (select id from users where email = 'helper@example.test')`;
    const helper = await hostHeaders(stage.services, "helper@example.test");
    for (const call of [
      mutate("privacy.erase", { email, confirm: email }, helper),
      mutate("privacy.export", { email }, helper),
      mutate("privacy.find", { email }, helper),
      mutate("privacy.setRetention", { days: 1 }, helper),
      query("privacy.audit", {}, helper),
    ])
      expect((await call).refusal?.code).toBe("permission.denied");
    expect(await dumpDatabase(stage.database.url)).toMatch(traces);
  });

  it("leaves no trace in database, Redis, exports and mail sink, and every total as it was", async () => {
    const before = await figures(webinar);
    expect(await dumpFolder(sink.folder)).toMatch(/To: <?ada@example\.test/i);
    const seats = await roomHeaders(stage.services, {
      webinarId: webinar.id,
      participantId: ada,
      name: "Ada Byron",
    });
    const { data } = await mutate("privacy.erase", { email, confirm: "Ada@Example.test " }, owner);
    expect(data).toEqual({ erased: 3 });
    // What another organisation knows is theirs.
    await sql`delete from webinars where id = ${elsewhere.id}`;

    const dump = await dumpDatabase(stage.database.url);
    expect(traces.exec(dump)?.[0], "in the database").toBeUndefined();
    expect(await dumpFolder(sink.folder)).not.toMatch(traces);
    const redis = await dumpRedis(stage.services.redis, [webinar.id, next.id, "rate:", "seen:"]);
    expect(traces.exec(redis)?.[0], "in Redis").toBeUndefined();
    for (const kind of ["registrants", "attendance", "polls", "questions", "chat", "events"] as const) {
      const file = await openExport(stage.services, webinar, {
        kind,
        format: "csv",
        layout: "tidy",
        bom: false,
      });
      expect(await new Response(file.body).text(), kind).not.toMatch(traces);
    }
    expect(await figures(webinar)).toEqual(before);

    // A token that is still valid and a link that was mailed are nobody's.
    const posted = await mutate("chat.post", { id: idOf(11, 1), text: "Ada Byron again" }, seats);
    expect(posted.refusal?.code).toBe("token.invalid");
    expect((await mutate("attendance.admit", { joinToken: link }, {})).refusal?.code).toBe("token.invalid");
    await expect(stage.services.removed.refuse(webinar.id, ada)).rejects.toMatchObject({
      code: "token.invalid",
    });
  });

  it("gave back a place that somebody waited for", async () => {
    const rows =
      await sql`select email, status from registrations where webinar_id = ${next.id} order by created_at`;
    expect(rows.map(({ status }) => status)).toEqual(["cancelled", "registered"]);
    expect(rows[1]?.email).toBe("grace@example.test");
  });

  it("is erased once however often it is asked, and may come back as somebody new", async () => {
    const dump = await dumpDatabase(stage.database.url);
    const { data } = await mutate("privacy.erase", { email, confirm: email }, owner);
    expect(data).toEqual({ erased: 0 });
    const strip = (text: string) => text.replace(/-- public\.audit[\s\S]*?(?=\n-- )/, "");
    expect(strip(await dumpDatabase(stage.database.url))).toBe(strip(dump));
    const again = await mutate("registration.submit", {
      slug: next.slug,
      email,
      name: "Ada",
      consentVersion: 1,
    });
    expect(again.data).toEqual({ status: "waitlisted" });
  });

  it("is in the audit log under a name that tells nothing, the same each time", async () => {
    const { data } = await query("privacy.audit", { action: "person" }, owner);
    const rows = (data as { rows: { action: string; subject: string; actor: string }[] }).rows;
    const hers = rows.filter(({ action }) => action === "person.erased");
    expect(hers.map(({ subject }) => subject)).toEqual([hers[0]?.subject, hers[0]?.subject]);
    expect(hers[0]?.subject).toMatch(/^person-[0-9a-f]{12}$/);
    expect(rows.filter(({ subject }) => subject === hers[0]?.subject).map(({ action }) => action)).toEqual([
      "person.erased",
      "person.erased",
      "person.exported",
      "person.looked-up",
    ]);
    expect(rows.every(({ actor }) => actor === "fixture-host@example.test")).toBe(true);
  });

  it("is told to ask again while the mail sink is away", async () => {
    const { config } = stage.services;
    const url = config.MAIL_SINK_URL;
    config.MAIL_SINK_URL = "http://127.0.0.1:1";
    const away = await mutate("privacy.erase", { email, confirm: email }, owner);
    expect(away.refusal?.code).toBe("node.unavailable");
    if (url) config.MAIL_SINK_URL = url;
    expect((await mutate("privacy.erase", { email, confirm: email }, owner)).data).toEqual({ erased: 0 });
    expect(/ada@example\.test/i.exec(await dumpDatabase(stage.database.url))?.[0]).toBeUndefined();
  });
});
