import { createHash, generateKeyPairSync, verify } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { listRegistrations, type OutboxMail, PermanentMailError, sendDueMails } from "@rostrum/db";
import nodemailer from "nodemailer";
import postgres from "postgres";
import { SMTPServer } from "smtp-server";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { composeMail } from "../src/server/mail/compose.ts";
import { mailTransport } from "../src/server/mail/transport.ts";
import { type Headers, hostHeaders, mutate, openServer, query, type Stage, scheduleAs } from "./harness.ts";

let stage: Stage;
let host: Headers;
let owner: postgres.Sql;
beforeAll(async () => {
  stage = await openServer();
  host = await hostHeaders(stage.services, "words@example.test");
  owner = postgres(stage.database.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await owner.end();
  await stage.close();
});
beforeEach(() => owner`delete from webinars`);

async function sent(): Promise<OutboxMail[]> {
  const mails: OutboxMail[] = [];
  await sendDueMails(stage.services.db, async (mail) => void mails.push(mail), 100);
  return mails;
}
const words = {
  subject: "Hello {{name}} to {{title}}",
  heading: "Come in",
  body: "Dear {{name}},\n{{reason}}\nit starts {{when}}.",
  action: "Enter",
};
const register = (slug: string) =>
  mutate("registration.submit", { slug, email: "ada@example.test", name: "Ada {{title}} <i>" });

describe("the host's words", () => {
  it("are in the mail and in its preview, filled in and escaped; without them it says the usual", async () => {
    const webinar = await scheduleAs(host, { title: "Tides" });
    const draft = { webinarId: webinar.id, kind: "confirmation", words };
    const preview = (await query("mail.preview", draft, host)).data as {
      subject: string;
      html: string;
      text: string;
    };
    expect(preview.subject).toBe("Hello Ada Byron to Tides");
    expect((await mutate("mail.saveText", draft, host)).data).toEqual({ saved: true });
    await register(webinar.slug);
    const [mail] = await sent();
    if (!mail) throw new Error("no mail");
    const built = await composeMail(stage.services, mail);
    expect(built.subject).toBe("Hello Ada {{title}} <i> to Tides");
    expect(String(built.html)).toContain("Dear Ada {{title}} &lt;i&gt;,</p><p");
    expect(String(built.text)).toMatch(/\nDear Ada .*\nit starts .*\n\nEnter: http.*\/j\//);
    await mutate("mail.saveText", { ...draft, words: null }, host);
    expect((await composeMail(stage.services, mail)).subject).toBe("You are registered: Tides");
  });

  it("are refused where they name what cannot be filled in, or would break a header", async () => {
    const webinar = await scheduleAs(host);
    const save = async (change: object) =>
      (
        await mutate(
          "mail.saveText",
          { webinarId: webinar.id, kind: "reminder", words: { ...words, ...change } },
          host,
        )
      ).refusal;
    expect(await save({ body: "Dear {{nmae}}" })).toMatchObject({
      code: "input.invalid",
      field: "words.body",
    });
    expect(await save({ subject: "a\r\nBcc: b@example.test" })).toMatchObject({ field: "words.subject" });
    const stranger = await hostHeaders(stage.services, "other-words@example.test");
    const foreign = await mutate(
      "mail.saveText",
      { webinarId: webinar.id, kind: "reminder", words },
      stranger,
    );
    expect(foreign.refusal?.code).toBe("not-found");
  });

  it("can be tried out before they are saved, at the host's own address only", async () => {
    const webinar = await scheduleAs(host, { title: "Tides" });
    await mutate("mail.sendTest", { webinarId: webinar.id, kind: "reminder", words }, host);
    const [mail] = await sent();
    expect(mail?.recipient).toBe("words@example.test");
    if (mail)
      expect((await composeMail(stage.services, mail)).subject).toBe("[Test] Hello Ada Byron to Tides");
  });
});

it("a registrant's mails are told one by one, with what became of them and nothing of what was in them", async () => {
  const webinar = await scheduleAs(host);
  await register(webinar.slug);
  const [registration] = await listRegistrations(stage.services.db, { webinarId: webinar.id, limit: 1 });
  const timeline = async () =>
    (await query("mail.timeline", { webinarId: webinar.id, registrationId: registration?.id }, host)).data;
  expect(await timeline()).toMatchObject([
    { kind: "confirmation", sentAt: null, failedAt: null, attempts: 0 },
  ]);
  await sendDueMails(
    stage.services.db,
    () => Promise.reject(new PermanentMailError("550 no such mailbox")),
    10,
  );
  await register(webinar.slug);
  await sent();
  expect(await timeline()).toMatchObject([
    { sentAt: null, failedAt: expect.any(Number), error: "550 no such mailbox", attempts: 1 },
    { sentAt: expect.any(Number), failedAt: null, attempts: 1 },
  ]);
  expect(JSON.stringify(await timeline())).not.toContain("/j/");
});

/** RFC 6376 §3.4.2 and §3.4.4, relaxed. */
const relaxed = (header: string) => {
  const [name = "", ...rest] = header.split(":");
  return `${name.toLowerCase().trim()}:${rest
    .join(":")
    .replace(/\r\n/g, "")
    .replace(/[ \t]+/g, " ")
    .trim()}`;
};
const relaxedBody = (body: string) =>
  `${body
    .split("\r\n")
    .map((line) => line.replace(/[ \t]+/g, " ").replace(/ $/, ""))
    .join("\r\n")
    .replace(/(\r\n)*$/, "")}\r\n`;

it("mails are signed with the key that is configured, the way out of reminders too", async () => {
  let raw = "";
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onData: (stream, _session, done) => {
      stream.on("data", (chunk: Buffer) => {
        raw += chunk.toString("latin1");
      });
      stream.on("end", () => done());
    },
  });
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const transport = nodemailer.createTransport(
    mailTransport({
      ...stage.services.config,
      SMTP_URL: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
      DKIM_PRIVATE_KEY: pem.replaceAll("\n", "\\n"),
      MAIL_FROM: "Events <hello@events.example>",
    }),
  );
  try {
    await transport.sendMail({
      from: "Events <hello@events.example>",
      to: "ada@example.test",
      subject: "Soon",
      text: "It starts soon.\n",
      headers: {
        "List-Unsubscribe": "<https://a.example/u>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
      },
    });
  } finally {
    transport.close();
    await new Promise((resolve) => server.close(() => resolve(undefined)));
  }
  const [head = "", ...body] = raw.split("\r\n\r\n");
  const headers = head.split(/\r\n(?![ \t])/);
  const signature = headers.find((line) => /^DKIM-Signature:/i.test(line)) ?? "";
  const tag = (name: string) =>
    new RegExp(`[;\\s]${name}=([^;]+)`).exec(signature)?.[1]?.replace(/\s+/g, "") ?? "";
  expect(tag("d")).toBe("events.example");
  expect(tag("s")).toBe("rostrum");
  const names = tag("h").toLowerCase().split(":");
  expect(names).toContain("list-unsubscribe");
  expect(names).toContain("list-unsubscribe-post");
  const hash = createHash("sha256")
    .update(relaxedBody(body.join("\r\n\r\n")), "latin1")
    .digest("base64");
  expect(tag("bh")).toBe(hash);
  const signed = [
    ...names
      .flatMap((name) => headers.find((line) => line.toLowerCase().startsWith(`${name}:`)) ?? [])
      .map(relaxed),
    relaxed(signature).replace(/b=[A-Za-z0-9+/= ]+$/, "b="),
  ].join("\r\n");
  const valid = verify("sha256", Buffer.from(signed, "latin1"), publicKey, Buffer.from(tag("b"), "base64"));
  expect(valid).toBe(true);
});
