import { randomUUID } from "node:crypto";
import { countByStatus, listRegistrations } from "@rostrum/db";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POST as importRoute } from "../src/app/api/webinars/[webinarId]/registrations/import/route.ts";
import type { ImportReport } from "../src/server/use-cases/import-registrations.ts";
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

type Mail = { recipient: string; kind: string; payload: Record<string, string>; created_at: Date };

let stage: Stage;
let owner: postgres.Sql;
let host: Headers;
let stranger: Headers;
beforeAll(async () => {
  stage = await openServer();
  owner = postgres(stage.database.url, { max: 1, onnotice: () => {} });
  host = await hostHeaders(stage.services, "rules@example.test");
  stranger = await hostHeaders(stage.services, "else@example.test");
});
afterAll(async () => {
  await owner.end();
  await stage.close();
});

const open = {
  registrationLimit: null,
  waitlist: true,
  approval: "approve",
  allowedDomains: [],
  blockedDomains: [],
  consentText: "",
};
async function scheduled(rules: Record<string, unknown> = {}): Promise<Scheduled> {
  const webinar = await scheduleAs(host);
  await setRules(webinar, rules);
  return webinar;
}
const setRules = ({ id }: Scheduled, rules: Record<string, unknown>) =>
  mutate("registration.setRules", { webinarId: id, ...open, ...rules }, host);
const submit = ({ slug }: Scheduled, email: string, more: Record<string, unknown> = {}) =>
  mutate("registration.submit", { slug, email, name: "Ada", ...more });
const counts = ({ id }: Scheduled) => countByStatus(stage.services.db, id);
const rowsOf = ({ id }: Scheduled) => listRegistrations(stage.services.db, { webinarId: id, limit: 2000 });

/** What was queued for whom since the last look. */
const mailsSent = async (): Promise<Mail[]> =>
  [...(await owner<Mail[]>`delete from mail_outbox returning recipient, kind, payload, created_at`)].sort(
    (a, b) => a.created_at.getTime() - b.created_at.getTime(),
  );
const tokenIn = (mail: Mail | undefined): string => mail?.payload.manage?.split("/").at(-1) ?? "";

describe("places", () => {
  it("are given ten times when a thousand come at once; the others wait in order, nobody twice", async () => {
    const webinar = await scheduled({ registrationLimit: 10 });
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, n) => submit(webinar, `p${n}@example.test`)),
    );
    const said = answers.map(({ data }) => (data as { status: string } | undefined)?.status);
    expect(said.filter((status) => status === "registered")).toHaveLength(10);
    expect(said.filter((status) => status === "waitlisted")).toHaveLength(990);
    expect(await counts(webinar)).toMatchObject({ registered: 10, waitlisted: 990 });
    const places = (await rowsOf(webinar)).flatMap((row) => row.waitlistPosition ?? []);
    expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length: 990 }, (_, n) => n + 1));
    const mails = await mailsSent();
    expect(mails.filter(({ kind }) => kind === "confirmation")).toHaveLength(10);
    expect(new Set(mails.map(({ recipient }) => recipient)).size).toBe(1000);
  }, 180_000);

  it("that become free go to whoever waits longest, however many give theirs back at once", async () => {
    const webinar = await scheduled({ registrationLimit: 3 });
    for (let n = 0; n < 8; n++) await submit(webinar, `q${n}@example.test`);
    const mails = await mailsSent();
    const link = (n: number) => tokenIn(mails.find(({ recipient }) => recipient === `q${n}@example.test`));
    await Promise.all([0, 2, 4].map((n) => mutate("registration.cancel", { token: link(n) })));
    await mutate("registration.cancel", { token: link(0) });
    const seated = (await rowsOf(webinar)).filter(({ status }) => status === "registered");
    expect(seated.map(({ email }) => email)).toEqual([
      "q1@example.test",
      "q3@example.test",
      "q5@example.test",
    ]);
    const told = await mailsSent();
    expect(told.filter(({ kind }) => kind === "registration-cancelled")).toHaveLength(3);
    // The fifth may have moved up before their own cancelling came.
    const moved = new Set(
      told.filter(({ kind }) => kind === "confirmation").map(({ recipient }) => recipient),
    );
    moved.delete("q4@example.test");
    expect([...moved].sort()).toEqual(["q3@example.test", "q5@example.test"]);
    // More places: those who wait move up at once. Fewer: nobody loses theirs.
    expect((await setRules(webinar, { registrationLimit: 4 })).data).toEqual({ promoted: 1 });
    await setRules(webinar, { registrationLimit: 1 });
    expect(await counts(webinar)).toMatchObject({ registered: 4, waitlisted: 1 });
    // Somebody who cancelled comes back at the end of the line.
    expect((await submit(webinar, "q0@example.test")).data).toEqual({ status: "waitlisted" });
    expect((await rowsOf(webinar)).find(({ email }) => email === "q0@example.test")?.waitlistPosition).toBe(
      6,
    );
  });

  it("are never more than there are while people come, go and are let in by hand", async () => {
    const webinar = await scheduled({
      registrationLimit: 5,
      approval: "review",
      allowedDomains: ["in.example"],
    });
    const ids: string[] = [];
    for (let n = 0; n < 12; n++) await submit(webinar, `r${n}@out.example`);
    for (const { id } of await rowsOf(webinar)) ids.push(id);
    const links = (await mailsSent()).map(tokenIn);
    await Promise.all([
      ...Array.from({ length: 20 }, (_, n) => submit(webinar, `s${n}@in.example`)),
      ...ids.map((id) =>
        mutate("registration.decide", { webinarId: webinar.id, ids: [id], decision: "approve" }, host),
      ),
      ...links.slice(0, 4).map((token) => mutate("registration.cancel", { token })),
    ]);
    expect((await counts(webinar)).registered).toBe(5);
  });

  it("may be refused when nobody may wait, and the page says so", async () => {
    const webinar = await scheduled({ registrationLimit: 1, waitlist: false });
    const key = randomUUID();
    expect((await submit(webinar, "one@example.test")).data).toEqual({ status: "registered" });
    const { refusal } = await submit(webinar, "two@example.test", { idempotencyKey: key });
    expect(refusal?.code).toBe("registration.closed");
    expect((await query("webinar.bySlug", { slug: webinar.slug })).data).toMatchObject({ places: "none" });
    await setRules(webinar, { registrationLimit: 2, waitlist: false });
    expect((await submit(webinar, "two@example.test", { idempotencyKey: key })).data).toEqual({
      status: "registered",
    });
    expect((await submit(webinar, " TWO@Example.test")).refusal?.code).toBe("registration.duplicate");
  });
});

describe("approval", () => {
  it("follows domain rules, then the host's hand, and tells why", async () => {
    const webinar = await scheduled({
      approval: "review",
      allowedDomains: ["acme.example"],
      blockedDomains: ["rival.example"],
    });
    expect((await submit(webinar, "a@ACME.example")).data).toEqual({ status: "registered" });
    expect((await submit(webinar, "b@other.example")).data).toEqual({ status: "pending" });
    const denied = await submit(webinar, "c@rival.example");
    expect(denied.refusal).toMatchObject({ code: "permission.denied", field: "email", message: /rival/ });
    const pending = (await query("registration.list", { webinarId: webinar.id, status: "pending" }, host))
      .data as {
      rows: { id: string; email: string }[];
      counts: Record<string, number>;
    };
    expect(pending.rows.map(({ email }) => email)).toEqual(["b@other.example"]);
    expect(pending.counts).toMatchObject({ registered: 1, pending: 1, denied: 1 });
    const ids = pending.rows.map(({ id }) => id);
    const order = { webinarId: webinar.id, ids, decision: "deny", reason: "For customers only." };
    expect((await mutate("registration.decide", order, stranger)).refusal?.code).toBe("not-found");
    await mailsSent();
    expect((await mutate("registration.decide", order, host)).data).toMatchObject({ denied: 1 });
    expect((await mailsSent()).map(({ kind, payload }) => [kind, payload.reason])).toEqual([
      ["registration-denied", "For customers only."],
    ]);
    await mutate("registration.decide", { ...order, decision: "approve", reason: "" }, host);
    expect((await mailsSent()).map(({ kind }) => kind)).toEqual(["confirmation"]);
  });
});

describe("a registrant", () => {
  it("changes, cancels and gets the link again with nothing but their own link", async () => {
    const webinar = await scheduled();
    await submit(webinar, "self@example.test");
    const token = tokenIn((await mailsSent()).at(-1));
    expect((await query("registration.mine", { token })).data).toMatchObject({
      name: "Ada",
      email: "self@example.test",
      status: "registered",
    });
    await mutate("registration.edit", { token, name: "Ada Byron", answers: {} });
    const foreign = { token, name: "Ada", answers: { [randomUUID()]: "x" } };
    expect((await mutate("registration.edit", foreign)).refusal?.field).toMatch(/^answers\./);
    await mutate("registration.mailAgain", { token });
    expect((await mailsSent()).map(({ recipient, payload }) => [recipient, payload.name])).toEqual([
      ["self@example.test", "Ada Byron"],
    ]);
    await mutate("registration.cancel", { token });
    expect((await query("registration.mine", { token })).data).toMatchObject({ status: "cancelled" });
    expect((await query("attendance.preview", { joinToken: token })).refusal?.code).toBe("token.invalid");
    expect((await query("registration.mine", { token: "x".repeat(32) })).refusal?.code).toBe("token.invalid");
  });

  it("agrees to the text they saw, and to a new one only after seeing it", async () => {
    const webinar = await scheduled({ consentText: "We may write to you." });
    expect((await submit(webinar, "c1@example.test")).refusal?.field).toBe("consentVersion");
    expect((await submit(webinar, "c1@example.test", { consentVersion: 1 })).data).toEqual({
      status: "registered",
    });
    await setRules(webinar, { consentText: "We may write to you every day." });
    const old = await submit(webinar, "c2@example.test", { consentVersion: 1 });
    expect(old.refusal).toMatchObject({ field: "consentVersion", message: /changed/ });
    await submit(webinar, "c2@example.test", { consentVersion: 2 });
    await setRules(webinar, { consentText: "" });
    await submit(webinar, "c3@example.test");
    expect((await rowsOf(webinar)).map(({ consent }) => consent?.version ?? null)).toEqual([1, 2, null]);
  });
});

describe("a list of people", () => {
  const bring = async (
    webinar: Scheduled,
    csv: string | Uint8Array<ArrayBuffer>,
    flags = "",
    headers: Headers = host,
  ) => {
    const request = new Request(`${publicUrl}/api/webinars/${webinar.id}/registrations/import?${flags}`, {
      method: "POST",
      body: csv,
      headers: { "content-type": "text/csv", ...headers },
    });
    const response = await importRoute(request, { params: Promise.resolve({ webinarId: webinar.id }) });
    return {
      status: response.status,
      body: (await response.json()) as ImportReport & { error?: { code: string; field?: string } },
    };
  };

  it("is refused row by row, rehearsed, and then brought in whole", async () => {
    const webinar = await scheduled({ registrationLimit: 2 });
    await submit(webinar, "known@example.test");
    await mailsSent();
    const bad =
      "Email;First Name;Last Name;Shoe size\r\nada@example.test;Ada;Byron;38\r\nnot an address;X;;\r\n\r\nADA@example.test;Ada;;\r\nknown@example.test;K;;\r\nnobody@example.test;;;\r\n";
    const first = await bring(webinar, bad);
    expect(first.body).toMatchObject({ rows: 5, done: false, ignored: ["Shoe size"] });
    expect(first.body.faults.map(({ row, column }) => [row, column])).toEqual([
      [3, "email"],
      [5, "email"],
      [6, "email"],
      [7, "name"],
    ]);
    expect((await counts(webinar)).registered).toBe(1);
    const good = '\ufeffname,email\n"Byron, Ada",ada@example.test\n\'=Grace,grace@example.test\n';
    const rehearsal = await bring(webinar, good, "dryRun=1");
    expect(rehearsal.body).toMatchObject({ registered: 1, waitlisted: 1, faults: [], done: false });
    expect((await counts(webinar)).registered).toBe(1);
    expect((await bring(webinar, good)).body).toMatchObject({ registered: 1, waitlisted: 1, done: true });
    expect((await rowsOf(webinar)).map(({ name, status, origin }) => [name, status, origin])).toEqual([
      ["Ada", "registered", "form"],
      ["Byron, Ada", "registered", "import"],
      ["=Grace", "waitlisted", "import"],
    ]);
    expect((await mailsSent()).map(({ kind }) => kind)).toEqual(["confirmation", "registration-waitlisted"]);
    expect((await bring(webinar, good, "skipFaulty=1")).body).toMatchObject({
      registered: 0,
      waitlisted: 0,
      done: true,
    });
  });

  it("of three thousand is stored at once, each with a mail", async () => {
    const webinar = await scheduled();
    const list = Array.from({ length: 3000 }, (_, n) => `Person ${n},i${n}@example.test`).join("\n");
    const { body } = await bring(webinar, `name,email\n${list}`);
    expect(body).toMatchObject({ registered: 3000, done: true, faults: [] });
    expect((await counts(webinar)).registered).toBe(3000);
  }, 30_000);

  it("that is none is refused with a reason, never a 5xx", async () => {
    const webinar = await scheduled();
    const hostile = [
      "",
      "\n\n",
      "a,b\n1,2",
      'email,name\n"x',
      'email,name\n"x"y,z',
      "\u0000",
      "email,name\n\u0000,\u0000",
      "[".repeat(100_000),
      `email,name\n${"x".repeat(200_000)},y`,
    ];
    for (const csv of hostile) {
      const { status, body } = await bring(webinar, csv);
      expect(status, csv.slice(0, 40)).toBeLessThan(500);
      expect(body.error?.field === "file" || body.faults.length > 0, csv.slice(0, 40)).toBe(true);
    }
    expect((await bring(webinar, new Uint8Array([0x65, 0xff, 0xfe]))).body.error?.field).toBe("file");
    expect((await bring(webinar, "x".repeat(6 * 1024 * 1024))).status).toBe(413);
    expect((await bring(webinar, "email,name\n", "", stranger)).status).toBe(404);
    expect((await bring(webinar, "email,name\n", "", { cookie: "" })).status).toBe(401);
    expect(
      (await bring(webinar, "email,name\n", "", { ...host, origin: "https://evil.example" })).status,
    ).toBe(403);
    expect((await bring(webinar, "email,name\n", "", { ...host, "content-type": "text/plain" })).status).toBe(
      400,
    );
  });
});
