import { addJoinToken, sendDueMails } from "@rostrum/db";
import { captionsKey, roomLogKey, WebinarId } from "@rostrum/protocol";
import nodemailer from "nodemailer";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DeliveredFile, exportWish } from "../src/server/deliveries/files.ts";
import { deliverExports } from "../src/server/deliveries/run.ts";
import { openExport } from "../src/server/exports/index.ts";
import { composeMail } from "../src/server/mail/compose.ts";
import { newSecret } from "../src/server/secrets.ts";
import { captionFile } from "../src/server/use-cases/captions.ts";
import { webinarReport } from "../src/server/use-cases/report.ts";
import { Networks } from "../src/server/webhooks/networks.ts";
import { exportedAt, idOf, seedEvent } from "./event-fixture.ts";
import { dumpDatabase, dumpFolder, dumpRedis, readBucket, textOf } from "./everything-stored.ts";
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
import { nightly, openStore, type TestStore } from "./object-store.ts";
import { openSink, type Sink } from "./sink.ts";

let sink: Sink;
let store: TestStore;
let stage: Stage;
let owner: Headers;
let sql: postgres.Sql;
const email = "ada@example.test";
const traces = /ada@example\.test|ada byron|acme, inc|@home/i;
/** The panelist of the fixture, who is a speaker and whom chapters name. */
const hedy = /hedy@example\.test|hedy kiesler/i;

/** Every file that can be downloaded, in every form. */
const forms = ["registrants", "attendance", "polls", "questions", "chat", "events", "replay"].flatMap(
  (kind) =>
    (["tidy", "zoom"] as const).flatMap((layout) =>
      (["csv", "xlsx", "txt"] as const)
        .map((format) => ({ kind, layout, format }))
        .filter((file) => DeliveredFile.safeParse(file).success),
    ),
);

/** What is due is brought to the bucket now. */
async function bring(): Promise<void> {
  const networks = new Networks("127.0.0.0/8");
  const random = () => 0.5;
  await deliverExports({ services: stage.services, networks, now: () => new Date(), random });
}

beforeAll(async () => {
  sink = await openSink();
  store = await openStore("acme-exports");
  // A Redis of its own: all of it is read.
  const redis = new URL(process.env.REDIS_URL ?? "");
  redis.pathname = "/7";
  stage = await openServer({
    SMTP_URL: sink.smtpUrl,
    MAIL_SINK_URL: sink.inboxUrl,
    REDIS_URL: redis.href,
    WEBHOOK_ALLOWED_NETWORKS: "127.0.0.0/8",
  });
  await stage.services.redis.flushdb();
  sql = postgres(stage.database.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await sql.end();
  await stage.services.redis.flushdb();
  await stage.close();
  await store.close();
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
    // What was said, asked in polls, found in the recording, answered by receivers and written to a bucket names her too.
    await sql`insert into caption_lines (id, webinar_id, starts_at, ends_at, text) values
      (${idOf(12, 1)}, ${webinar.id}, now(), now() + interval '2 s', 'Thank you, Ada  Byron, and welcome Hedy Kiesler')`;
    await stage.services.redis.rpush(
      captionsKey(webinar.id),
      JSON.stringify({ id: idOf(12, 1), text: "Thank you, Ada Byron", startsAt: 1, endsAt: 2 }),
    );
    await sql`insert into polls (id, webinar_id, question, status) values (${idOf(8, 9)}, ${webinar.id}, 'Should ada byron speak?', 'draft')`;
    await sql`insert into poll_options (poll_id, position, text) values (${idOf(8, 9)}, 0, 'Ada Byron first')`;
    await sql`insert into chapter_marks (id, webinar_id, at, title) values (${idOf(12, 2)}, ${webinar.id}, now(), 'Ask ada@example.test')`;
    const chapters = [
      { startMs: 0, title: "Hedy Kiesler" },
      { startMs: 9000, title: "Hedy Kiesler shares a screen" },
    ];
    await sql`insert into recordings (webinar_id, path, duration_ms, bytes, chapters) values (${webinar.id}, 'x', 1, 1, ${sql.json(chapters)})`;
    const speakers = [{ id: idOf(13, 1), name: "hedy kiesler", role: "", bio: "", picture: null }];
    await sql`update webinars set page = jsonb_set(page, '{speakers}', ${sql.json(speakers)}) where id = ${webinar.id}`;
    const [call] =
      await sql`insert into webhook_outbox (message_id, endpoint_id, webinar_id, order_key, event, payload)
      select gen_random_uuid(), id, ${webinar.id}, 'x', 'poll.opened', '{}' from webhook_endpoints limit 1 returning id`;
    await sql`insert into webhook_attempts (delivery_id, started_at, duration_ms, status, excerpt) values
      (${call?.id}, now(), 1, 500, 'Ada Byron <ADA@example.test> is in our CRM already')`;
    const { data: made } = await mutate(
      "exportDelivery.create",
      { ...nightly, bucket: store.bucket, files: forms },
      owner,
    );
    await mutate(
      "exportDelivery.deliverNow",
      { id: (made as { id: string }).id, webinarId: webinar.id },
      owner,
    );
    await bring();
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
  }, 60_000);

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
    const stored = await readBucket(store.client, store.bucket.bucket);
    expect(stored.size).toBe(forms.length);
    const named = [...stored].filter(([, text]) => traces.test(text)).map(([key]) => key.split("-").at(-1));
    expect(named.length).toBeGreaterThan(12);
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
    const redis = await dumpRedis(stage.services.redis);
    expect(redis).toContain(captionsKey(webinar.id));
    expect(traces.exec(redis)?.[0], "in Redis").toBeUndefined();
    expect(forms.length).toBeGreaterThan(20);
    for (const file of forms) {
      const { body } = await openExport(stage.services, webinar, exportWish(file));
      const text = textOf(new Uint8Array(await new Response(body).arrayBuffer()));
      expect(text.length, JSON.stringify(file)).toBeGreaterThan(0);
      expect(text, JSON.stringify(file)).not.toMatch(traces);
    }
    expect(await captionFile(stage.services, webinar, "vtt")).toContain("Thank you, [erased], and welcome");
    // What Rostrum put into the organisation's bucket is written anew, under the same names.
    await bring();
    const rewritten = await readBucket(store.client, store.bucket.bucket);
    expect([...rewritten.keys()]).toEqual([...stored.keys()]);
    for (const [key, text] of rewritten) expect(text, key).not.toMatch(traces);
    const document = await mutate("privacy.export", { email }, owner);
    expect(JSON.parse((document.data as { document: string }).document).webinars).toEqual([]);
    expect(await figures(webinar)).toEqual(before);

    // A token that is still valid and a link that was mailed are nobody's.
    const posted = await mutate("chat.post", { id: idOf(11, 1), text: "Ada Byron again" }, seats);
    expect(posted.refusal?.code).toBe("token.invalid");
    expect((await mutate("attendance.admit", { joinToken: link }, {})).refusal?.code).toBe("token.invalid");
    await expect(stage.services.removed.refuse(webinar.id, ada)).rejects.toMatchObject({
      code: "token.invalid",
    });
  }, 60_000);

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
      "person.exported",
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

  it("is forgotten as a speaker too: in chapters, captions and on the public page", async () => {
    expect(await dumpDatabase(stage.database.url)).toMatch(hedy);
    const erased = await mutate(
      "privacy.erase",
      { email: "hedy@example.test", confirm: "hedy@example.test" },
      owner,
    );
    expect(erased.data).toEqual({ erased: 1 });
    await bring();
    expect(hedy.exec(await dumpDatabase(stage.database.url))?.[0]).toBeUndefined();
    expect(await dumpRedis(stage.services.redis)).not.toMatch(hedy);
    for (const [key, text] of await readBucket(store.client, store.bucket.bucket))
      expect(text, key).not.toMatch(hedy);
    const [{ chapters } = { chapters: [] }] =
      await sql`select chapters from recordings where webinar_id = ${webinar.id}`;
    expect(chapters.map(({ title }: { title: string }) => title)).toEqual([
      "Erased person",
      "Erased person shares a screen",
    ]);
  }, 60_000);
});
