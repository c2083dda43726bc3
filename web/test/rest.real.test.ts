import { randomUUID } from "node:crypto";
import { acceptFacts } from "@rostrum/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiScopes } from "../src/features/console/integrations/scopes.ts";
import { restRoutes } from "../src/server/rest/handler.ts";
import {
  attendee,
  type Headers,
  hostHeaders,
  mutate,
  registrant,
  type Scheduled,
  scheduleAs,
} from "./harness.ts";
import { ask, document, type Json, makeKey, openRest, seen, stage } from "./rest-world.ts";

let host: Headers;
let webinar: Scheduled;
let key: string;

beforeAll(async () => {
  await openRest();
  host = await hostHeaders(stage.services, "host@example.test");
  webinar = await scheduleAs(host);
  key = (await makeKey(host, apiScopes)).key;
}, 30_000);
afterAll(() => stage.close());

const webinarInput = {
  title: "By API",
  startsAt: new Date(Date.now() + 86_400_000).toISOString(),
  durationMinutes: 45,
  timeZone: "Europe/Berlin",
};
const person = () => ({ email: `${randomUUID()}@example.test`, name: "Ada" });

describe("a journey by API", () => {
  it("schedules, registers, decides and reports, each answer as the document says", async () => {
    const made = await ask("POST", "/webinars", { key, body: webinarInput });
    expect(made).toMatchObject({
      status: 201,
      body: { title: "By API", phase: "scheduled", cancelled: false },
    });
    const { id } = made.body as { id: string };
    const moved = await ask("PATCH", `/webinars/${id}`, { key, body: { title: "Renamed" } });
    expect(moved.body).toMatchObject({
      title: "Renamed",
      startsAt: webinarInput.startsAt,
      durationMinutes: 45,
    });
    expect((await ask("GET", `/webinars/${id}`, { key })).body).toMatchObject({ id, title: "Renamed" });
    expect((await ask("GET", `/webinars/${id}/form`, { key })).body).toMatchObject({
      fields: [],
      places: "free",
    });

    await mutate(
      "registration.setRules",
      {
        webinarId: id,
        registrationLimit: 1,
        waitlist: true,
        approval: "review",
        allowedDomains: [],
        blockedDomains: ["rival.example"],
        consentText: "I agree.",
      },
      host,
    );
    const path = `/webinars/${id}/registrations`;
    const without = await ask("POST", path, { key, body: person() });
    expect(without).toMatchObject({
      status: 400,
      body: { code: "input.invalid", errors: [{ field: "consentVersion", pointer: "#/consentVersion" }] },
    });
    const add = async (more: object = {}) =>
      (await ask("POST", path, { key, body: { ...person(), consentVersion: 1, ...more } })).body as {
        id: string;
        status: string;
      };
    const first = await add({ utm: { utm_source: "crm" } });
    const second = await add();
    expect([first.status, second.status]).toEqual(["pending", "pending"]);
    expect((await add({ email: "spy@rival.example" })).status).toBe("denied");
    expect((await ask("POST", `${path}/${first.id}/approve`, { key })).body).toMatchObject({
      status: "registered",
      origin: "api",
      utm: { utm_source: "crm" },
    });
    expect((await ask("POST", `${path}/${second.id}/approve`, { key, body: {} })).body).toMatchObject({
      status: "waitlisted",
      waitlistPosition: 1,
    });
    expect(
      (await ask("POST", `${path}/${first.id}/cancel`, { key, body: { reason: "ill" } })).body,
    ).toMatchObject({ status: "cancelled", statusReason: "ill" });
    expect((await ask("GET", `${path}/${second.id}`, { key })).body).toMatchObject({ status: "registered" });
    expect(
      (await ask("POST", `${path}/${second.id}/deny`, { key, body: { reason: "no" } })).body,
    ).toMatchObject({ status: "denied" });
    const cancelled = await ask("POST", `/webinars/${id}/cancel`, { key });
    expect(cancelled.body).toMatchObject({ cancelled: true, phase: "ended" });
    const closed = await ask("POST", path, { key, body: person() });
    expect(closed.body).toMatchObject({ code: "registration.closed" });
  });

  it("reports attendance, questions and polls", async () => {
    const { id } = await scheduleAs(host);
    await mutate("webinar.goLive", { id }, host);
    const { registration } = await registrant(stage.services, id);
    const now = Date.now();
    const stay = { intervalId: randomUUID(), webinarId: id, participantId: registration.id };
    await acceptFacts(stage.services.db, [
      {
        factId: randomUUID(),
        type: "attendance.opened",
        at: now,
        ...stay,
        admissionId: randomUUID(),
        role: "attendee",
        delivery: "hls",
        nodeId: "edge/1",
      },
      { factId: randomUUID(), type: "attendance.closed", at: now + 90_000, ...stay, reason: "left" },
    ] as never);
    const guest = await attendee(stage.services, id);
    for (const text of ["One?", "Two?", "Three?"])
      await mutate("question.ask", { id: randomUUID(), text }, guest);
    const poll = (await mutate("poll.create", { webinarId: id, question: "?", options: ["a", "b"] }, host))
      .data as { id: string };
    await mutate("poll.open", { pollId: poll.id }, host);
    const attendance = (await ask("GET", `/webinars/${id}/attendance`, { key })).body as { data: Json[] };
    expect(attendance.data.find(({ registrationId }) => registrationId === registration.id)).toMatchObject({
      attended: true,
      joins: 1,
    });
    const one = (await ask("GET", `/webinars/${id}/questions?limit=2`, { key })).body as {
      data: Json[];
      nextCursor: string;
    };
    const two = (await ask("GET", `/webinars/${id}/questions?limit=2&cursor=${one.nextCursor}`, { key }))
      .body as { data: Json[]; nextCursor: null };
    expect([...one.data, ...two.data].map(({ text }) => text)).toEqual(["One?", "Two?", "Three?"]);
    expect(two.nextCursor).toBeNull();
    expect((await ask("GET", `/webinars/${id}/polls`, { key })).body).toMatchObject({
      data: [{ status: "open", voters: 0 }],
    });
  });

  it("leaves no operation of the document unproved", () => {
    const operations = Object.values(document.paths).flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    );
    // Lists are asked for below, before this ran or after: here counts what the journeys have shown.
    const rest = operations.filter(
      (id) => !seen.has(id) && !["listWebinars", "listRegistrations"].includes(id),
    );
    expect(rest).toEqual([]);
    expect(operations.sort()).toEqual(restRoutes.map(({ id }) => id).sort());
  });
});

describe("pages", () => {
  it("hold every row once, while others come in between", async () => {
    const { id } = await scheduleAs(host);
    for (let n = 0; n < 7; n++) await ask("POST", `/webinars/${id}/registrations`, { key, body: person() });
    const ids: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const { body } = await ask(
        "GET",
        `/webinars/${id}/registrations?limit=3${cursor ? `&cursor=${cursor}` : ""}`,
        { key },
      );
      const { data, nextCursor } = body as { data: { id: string }[]; nextCursor: string | null };
      ids.push(...data.map((row) => row.id));
      cursor = nextCursor;
      if (ids.length === 3) await ask("POST", `/webinars/${id}/registrations`, { key, body: person() });
    }
    expect(ids).toHaveLength(8);
    expect(new Set(ids).size).toBe(8);
    const listed = (await ask("GET", "/webinars?limit=1&phase=scheduled", { key })).body as {
      data: Json[];
      nextCursor: string;
    };
    expect(listed.data).toHaveLength(1);
    const rest = (await ask("GET", `/webinars?limit=200&cursor=${listed.nextCursor}`, { key })).body as {
      data: { id: string }[];
    };
    expect(rest.data.map((row) => row.id)).not.toContain(listed.data[0]?.id);
  });
});

describe("the same request again", () => {
  it("under its key is done once, also when it comes ten times at once", async () => {
    const body = person();
    const path = `/webinars/${webinar.id}/registrations`;
    const headers = { "idempotency-key": randomUUID() };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => ask("POST", path, { key, body, headers })),
    );
    expect(
      new Set(answers.map(({ status, body: answer }) => `${status} ${(answer as { id: string }).id}`)).size,
    ).toBe(1);
    const other = await ask("POST", path, { key, body: person(), headers });
    expect(other).toMatchObject({ status: 409, body: { code: "conflict" } });
    const mails = await stage.database.db.query.mailOutbox.findMany({
      where: (mail, { eq }) => eq(mail.recipient, body.email),
    });
    expect(mails).toHaveLength(1);
    const made = { key, body: webinarInput, headers: { "idempotency-key": randomUUID() } };
    const [a, b] = [await ask("POST", "/webinars", made), await ask("POST", "/webinars", made)];
    expect((a.body as Json).id).toBe((b.body as Json).id);
  });

  it("without one is refused as a duplicate, and mails nothing", async () => {
    const body = person();
    const path = `/webinars/${webinar.id}/registrations`;
    await ask("POST", path, { key, body });
    expect(await ask("POST", path, { key, body })).toMatchObject({
      status: 409,
      body: { code: "registration.duplicate", errors: [{ field: "email" }] },
    });
    const mails = await stage.database.db.query.mailOutbox.findMany({
      where: (mail, { eq }) => eq(mail.recipient, body.email),
    });
    expect(mails).toHaveLength(1);
  });

  it("that was refused may come again, corrected or not", async () => {
    const headers = { "idempotency-key": randomUUID() };
    const refused = await ask("POST", "/webinars", {
      key,
      body: { ...webinarInput, startsAt: "2001-01-01T00:00:00Z" },
      headers,
    });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ field: "startsAt" }] } });
    expect((await ask("POST", "/webinars", { key, body: webinarInput, headers })).status).toBe(201);
  });
});
