import { randomUUID } from "node:crypto";
import { findRegistration, sendDueMails } from "@rostrum/db";
import nodemailer from "nodemailer";
import postgres from "postgres";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { handleMailEvents } from "../src/server/mail/events.ts";
import { followMark, handleMailPicture } from "../src/server/mail/marks.ts";
import { mailSender } from "../src/server/mail/send.ts";
import { newWebhookSecret, signWebhook } from "../src/server/webhooks/secret.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  publicUrl,
  query,
  type Scheduled,
  type Stage,
  scheduleAs,
} from "./harness.ts";
import { addEndpoint } from "./webhook-world.ts";

const secret = newWebhookSecret();
const browser = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36";
/** What a real server was told, and what it says to each recipient. */
const got: { from: string; to: string; text: string }[] = [];
let refusals: Record<string, string> = {};
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  onRcptTo: ({ address }, _session, callback) => {
    const refusal = refusals[address];
    callback(
      refusal ? Object.assign(new Error(refusal), { responseCode: Number(refusal.slice(0, 3)) }) : undefined,
    );
  },
  onData: (stream, session, callback) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("end", () => {
      const { mailFrom, rcptTo } = session.envelope;
      got.push({
        from: mailFrom ? mailFrom.address : "",
        to: rcptTo[0]?.address ?? "",
        text: Buffer.concat(chunks).toString().replaceAll("=\r\n", "").replaceAll("=3D", "="),
      });
      callback();
    });
  },
});

let stage: Stage;
let sql: postgres.Sql;
let host: Headers;
let webinar: Scheduled;
let send: ReturnType<typeof mailSender>;

beforeAll(async () => {
  await new Promise<void>((resolve) => smtp.listen(0, "127.0.0.1", () => resolve()));
  const { port } = smtp.server.address() as { port: number };
  stage = await openServer({ MAIL_HOOK_SECRET: secret, BOUNCE_ADDRESS: "bounces@mail.example.test" });
  sql = postgres(stage.database.url, { max: 1, onnotice: () => {} });
  const transport = nodemailer.createTransport({ host: "127.0.0.1", port, ignoreTLS: true });
  send = mailSender(stage.services, transport);
}, 30_000);
afterAll(async () => {
  await sql.end();
  await stage.close();
  await new Promise<void>((resolve) => smtp.close(() => resolve()));
});
beforeEach(async () => {
  got.length = 0;
  refusals = {};
  host = await hostHeaders(stage.services, `${randomUUID()}@example.test`);
  webinar = await scheduleAs(host);
});

const deliver = async () => {
  while ((await sendDueMails(stage.services.db, send)) > 0);
};

async function register(email: string): Promise<string> {
  const { refusal } = await mutate("registration.submit", { slug: webinar.slug, email, name: "Ada" });
  expect(refusal).toBeUndefined();
  const [row] = await sql`select id from registrations where webinar_id = ${webinar.id} and email = ${email}`;
  return row?.id;
}
/** The mail to an address; what earlier tests left is sent too. */
const mailTo = (address: string) => got.find(({ to }) => to === address);
const timeline = async (registrationId: string) =>
  (await query("mail.timeline", { webinarId: webinar.id, registrationId }, host)).data as Record<
    string,
    unknown
  >[];
const totals = async () =>
  (await query("mail.totals", { webinarId: webinar.id }, host)).data as {
    kinds: Record<string, unknown>[];
    bouncedAddresses: number;
  };
const bounced = async () => {
  const { data } = await query("registration.list", { webinarId: webinar.id, cursor: null }, host);
  return (data as { rows: { bounce: string | null }[] }).rows.map(({ bounce }) => bounce);
};

function tell(body: string | object, headers: Headers = {}): Promise<Response> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const [id, timestamp] = [`msg_${randomUUID()}`, Math.floor(Date.now() / 1000)];
  return handleMailEvents(
    stage.services,
    new Request(`${publicUrl}/api/mail/events`, {
      method: "POST",
      body: text,
      headers: {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(timestamp),
        "webhook-signature": signWebhook(secret, { id, timestamp, body: text }),
        ...headers,
      },
    }),
  );
}

describe("an address that takes no mail", () => {
  it("is known at once when the server says so; nothing more goes there until it is mended", async () => {
    refusals["wrong@example.test"] = "550 5.1.1 No such user";
    refusals["full@example.test"] = "552 5.2.2 Mailbox full";
    const wrong = await register("wrong@example.test");
    const full = await register("full@example.test");
    await deliver();
    const [mail] = await timeline(wrong);
    expect(mail).toMatchObject({ sentAt: null, error: expect.stringContaining("5.1.1") });
    expect(mail?.bouncedAt).toEqual(expect.any(Number));
    expect((await timeline(full))[0]).toMatchObject({ bouncedAt: null, failedAt: expect.any(Number) });
    expect((await bounced()).sort()).toEqual([expect.stringContaining("5.1.1"), null].sort());
    expect(await totals()).toMatchObject({
      bouncedAddresses: 1,
      kinds: [{ queued: 2, sent: 0, bounced: 1, failed: 1 }],
    });

    // It asks for its link again: the server is not even asked.
    refusals = {};
    await mutate("registration.resend", { slug: webinar.slug, email: "wrong@example.test" });
    await deliver();
    expect(got).toEqual([]);

    await addEndpoint(host, "https://crm.example/", ["registration.updated"]);
    const mend = (email: string, headers = host) =>
      mutate("mail.mendAddress", { webinarId: webinar.id, registrationId: wrong, email }, headers);
    expect((await mend("FULL@example.test ")).refusal).toMatchObject({ code: "conflict", field: "email" });
    expect((await mend("right@example.test")).data).toEqual({ mended: true });
    await deliver();
    expect(got.map(({ to }) => to)).toEqual(["right@example.test"]);
    expect(got[0]?.text).toContain("/j/");
    expect(await bounced()).toEqual([null, null]);
    const told = await sql`select payload::text as text from webhook_outbox where registration_id = ${wrong}`;
    expect(told.map(({ text }) => text.includes("right@example.test"))).toEqual([true]);
    const stranger = await hostHeaders(stage.services, "mail-stranger@example.test");
    expect((await mend("evil@example.test", stranger)).refusal?.code).toBe("not-found");
  }, 30_000);

  it("is known when the mail comes back later, by the address of its own that it was sent from", async () => {
    const id = await register("later@example.test");
    await deliver();
    const mail = mailTo("later@example.test");
    expect(mail?.from).toMatch(/^bounces\+[0-9a-f-]{36}@mail\.example\.test$/);
    const report = (to: string, status: string) =>
      [
        `To: ${to}`,
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"',
        "",
        "--b",
        "Content-Type: message/delivery-status",
        "",
        "Final-Recipient: rfc822; later@example.test",
        "Action: failed",
        `Status: ${status}`,
        "",
        "--b--",
        "",
      ].join("\r\n");
    const pipe = { "content-type": "message/rfc822", authorization: `Bearer ${secret}` };
    const noted = async (answer: Response) => ((await answer.json()) as { noted: number }).noted;
    expect(await noted(await tell(report(mail?.from ?? "", "5.2.2"), pipe))).toBe(1);
    expect((await findRegistration(stage.services.db, id))?.bouncedAt).toBeNull();
    expect(await noted(await tell(report(mail?.from ?? "", "5.1.1"), pipe))).toBe(1);
    expect((await findRegistration(stage.services.db, id))?.bouncedAt).not.toBeNull();
    expect((await timeline(id))[0]).toMatchObject({
      sentAt: expect.any(Number),
      bouncedAt: expect.any(Number),
    });
    expect(await noted(await tell("Subject: hello\r\n\r\nHello.", pipe))).toBe(0);
    // A report on a mail to the old address says nothing about the new one.
    await mutate(
      "mail.mendAddress",
      { webinarId: webinar.id, registrationId: id, email: "new@example.test" },
      host,
    );
    await tell(report(mail?.from ?? "", "5.1.1"), pipe);
    expect(await bounced()).toEqual([null]);
  }, 30_000);

  it("is told by providers, signed; forged, old and unknown calls change nothing", async () => {
    const id = await register("provider@example.test");
    await deliver();
    const messageId =
      /^Message-ID:\s*(<[^>]+>)/im.exec(mailTo("provider@example.test")?.text ?? "")?.[1] ?? "";
    const bounce = { events: [{ type: "bounced", messageId, permanent: true, reason: "550 5.1.1 gone" }] };
    const old = String(Math.floor(Date.now() / 1000) - 3600);
    for (const headers of [
      { "webhook-signature": "v1,AAAA" },
      { "webhook-timestamp": old },
      { authorization: "Bearer wrong" },
      { "webhook-id": "another" },
    ] as Headers[]) {
      const answer = await tell(bounce, headers);
      expect(answer.status, JSON.stringify(headers)).toBe(401);
    }
    expect((await tell("{}")).status).toBe(400);
    expect((await tell({ events: [{ type: "bounced", messageId: `<${randomUUID()}@x>` }] })).status).toBe(
      200,
    );
    expect(await bounced()).toEqual([null]);
    const told = await tell({ events: [{ type: "delivered", messageId }] });
    expect([messageId, await told.json()]).toEqual([expect.stringMatching(/^<.+>$/), { noted: 1 }]);
    expect((await timeline(id))[0]?.deliveredAt).toEqual(expect.any(Number));
    await tell(bounce);
    await tell(bounce);
    expect(await bounced()).toEqual(["550 5.1.1 gone"]);
  }, 30_000);
});

describe("what readers do", () => {
  const visit = (url: string, headers: Headers = { "user-agent": browser }, method = "GET") =>
    followMark(stage.services, new Request(url, { headers, method }));

  it("a followed link is noted and leads to the same page, never elsewhere", async () => {
    const id = await register("reader@example.test");
    await deliver();
    const html = mailTo("reader@example.test")?.text ?? "";
    const link = /href="([^"]*\/j\/[^"]*[?&]m=[^"]*)"/.exec(html)?.[1]?.replaceAll("&amp;", "&") ?? "";
    const plain = link.split("?")[0];
    expect(link).not.toBe("");
    for (const headers of [
      { "user-agent": "Googlebot/2.1" },
      { "user-agent": browser, "sec-purpose": "prefetch" },
    ] as Headers[])
      expect((await visit(link, headers))?.headers.get("location")).toBe(plain);
    expect((await timeline(id))[0]?.clickedAt).toBeNull();
    const followed = await visit(link);
    expect([followed?.status, followed?.headers.get("location")]).toEqual([302, plain]);
    const [mail] = await timeline(id);
    expect(mail?.clickedAt).toEqual(expect.any(Number));
    expect(await totals()).toMatchObject({ kinds: [{ clicked: 1, opened: 0 }] });
    // A mark holds for its own page, and for nothing anybody puts in its place.
    const mark = new URL(link).searchParams.get("m") ?? "";
    for (const forged of [
      `${publicUrl}//evil.example/?m=${mark}`,
      `${publicUrl}/w/other?m=${mark}`,
      `${publicUrl}/j/another?m=${mark}`,
      link.replace(/m=(.)/, (_, first) => `m=${first === "0" ? "1" : "0"}`),
      `${publicUrl}/?m=`,
    ])
      expect(await visit(forged), forged).toBeUndefined();
    expect(await visit(link, { "user-agent": browser }, "POST")).toBeUndefined();
  }, 30_000);

  it("opening is known only where the host wants it, and never from a provider's proxy", async () => {
    const silent = await register("silent@example.test");
    await deliver();
    expect(mailTo("silent@example.test")?.text).not.toContain(".gif");
    await mutate("mail.setOpens", { webinarId: webinar.id, on: true }, host);
    const id = await register("open@example.test");
    await deliver();
    const picture = /src="([^"]*\/m\/[^"]*\.gif)"/.exec(mailTo("open@example.test")?.text ?? "")?.[1] ?? "";
    const load = (url: string, agent: string) =>
      handleMailPicture(stage.services, new Request(url, { headers: { "user-agent": agent } }));
    for (const agent of [
      "Mozilla/5.0",
      "Mozilla/5.0 (via ggpht.com GoogleImageProxy)",
      "YahooMailProxy; https://help.yahoo.com",
    ])
      expect((await load(picture, agent)).headers.get("content-type")).toBe("image/gif");
    expect((await timeline(id))[0]).toMatchObject({ openedAt: null, proxyOpenedAt: expect.any(Number) });
    expect((await totals()).kinds[0]).toMatchObject({ opened: 0, proxyOpened: 1 });
    for (const forged of [picture.replace(/\.[\w-]{4}/, ".AAAA"), `${publicUrl}/m/x.gif`, `${publicUrl}/m/`])
      expect((await load(forged, browser)).status).toBe(200);
    expect((await timeline(id))[0]?.openedAt).toBeNull();
    await load(picture, browser);
    expect((await timeline(id))[0]?.openedAt).toEqual(expect.any(Number));
    // Switched off again, nothing more is noted.
    await mutate("mail.setOpens", { webinarId: webinar.id, on: false }, host);
    await sql`update mail_outbox set opened_at = null where registration_id = ${id}`;
    await load(picture, browser);
    expect((await timeline(id))[0]?.openedAt).toBeNull();
    expect((await timeline(silent))[0]?.openedAt).toBeNull();
  }, 30_000);
});
