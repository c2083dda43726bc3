import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import path from "node:path";
import {
  acceptFacts,
  cancelRegistration,
  importRegistrations,
  insertRegistration,
  updateRegistration,
  webhookEventNames,
} from "@rostrum/db";
import { Webhook } from "standardwebhooks";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { wrapUpWebinars } from "../src/jobs/wrap-up.ts";
import { seating } from "../src/server/seating.ts";
import { giveUpMs } from "../src/server/webhooks/schedule.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  query,
  registrant,
  roomHeaders,
  type Stage,
  schedule,
  scheduleAs,
} from "./harness.ts";
import { addEndpoint, deliverAll, deliverer, Receiver } from "./webhook-world.ts";

const hourMs = 3600_000;
const all = [...webhookEventNames];

let stage: Stage;
let host: Headers;
let receiver: Receiver;
let url: string;

beforeAll(async () => {
  stage = await openServer();
}, 30_000);
afterAll(() => stage.close());
beforeEach(async () => {
  host = await hostHeaders(stage.services, `${randomUUID()}@example.test`);
  receiver = new Receiver();
  url = `http://127.0.0.1:${await receiver.open()}/hooks`;
});
afterEach(() => receiver.close());

const mail = () => ({ tokenHash: randomUUID(), payload: {} });

async function listen(events: string[] = all): Promise<{ id: string; secret: string }> {
  const endpoint = await addEndpoint(host, url, events);
  receiver.secrets = [endpoint.secret];
  return endpoint;
}

const register = (webinarId: string, name = "Ada") =>
  insertRegistration(
    stage.services.db,
    { webinarId, email: `${randomUUID()}@example.test`, name, answers: {}, utm: { utm_source: "news" } },
    mail(),
  ).then(({ registration }) => registration);

describe("what is told", () => {
  it("every event, signed after the specification, as two implementations of it verify", async () => {
    const { secret } = await listen();
    const at = deliverer(stage);
    const { id } = await scheduleAs(host);
    const person = await register(id);
    await updateRegistration(stage.services.db, person.id, { name: "Ada L", answers: {} });
    const second = await register(id, "Bob");
    const order = { webinarId: id, ids: [second.id], reason: "no" };
    await mutate("registration.decide", { ...order, decision: "deny" }, host);
    await mutate("registration.decide", { ...order, decision: "approve" }, host);
    await cancelRegistration(
      stage.services.db,
      { webinarId: id, registrationId: second.id, reason: "gone" },
      seating(stage.services),
    );
    await mutate("registration.setRules", { webinarId: id, registrationLimit: 1, ...rules }, host);
    const waiting = await register(id, "Eve");
    expect(waiting.status).toBe("waitlisted");
    const offering = { ...rules, registrationLimit: 2, offerHours: 24 };
    await mutate(
      "webinar.update",
      { id, ...schedule, startsAt: new Date(Date.now() + 9e8), description: "" },
      host,
    );
    await mutate("registration.setRules", { webinarId: id, ...offering }, host);
    await mutate("webinar.update", { id, ...schedule, title: "Two", description: "" }, host);
    await mutate("webinar.goLive", { id }, host);
    const guest = await roomHeaders(stage.services, { webinarId: id, participantId: person.id, name: "Ada" });
    const asked = await mutate("question.ask", { id: randomUUID(), text: "Why?" }, guest);
    await mutate("question.answer", { webinarId: id, questionId: (asked.data as { id: string }).id }, host);
    const poll = await mutate("poll.create", { webinarId: id, question: "?", options: ["a", "b"] }, host);
    const { id: pollId, options } = poll.data as { id: string; options: { id: string }[] };
    await mutate("poll.open", { pollId }, host);
    await mutate("poll.vote", { pollId, optionId: options[0]?.id }, guest);
    await mutate("poll.close", { pollId }, host);
    const stay = { intervalId: randomUUID(), webinarId: id, participantId: person.id };
    const now = Date.now();
    await acceptFacts(stage.services.db, [
      fact("attendance.opened", now - 60_000, {
        ...stay,
        admissionId: randomUUID(),
        role: "attendee",
        delivery: "hls",
        nodeId: "edge/1",
      }),
      fact("attendance.closed", now, { ...stay, reason: "left" }),
      fact("recording.ready", now, { webinarId: id, path: "x.mp4", durationMs: 1000, bytes: 10 }),
    ] as never);
    await mutate("webinar.end", { id }, host);
    expect(await wrapUpWebinars(stage.services, new Date(now + 120_000))).toBeGreaterThan(0);
    expect(await wrapUpWebinars(stage.services, new Date(now + 120_000))).toBe(0);
    const calledOff = await scheduleAs(host);
    await mutate("webinar.cancel", { id: calledOff.id }, host);

    at.clock.ms = Date.now() + 1000;
    await deliverAll(at);
    expect(receiver.refused).toEqual([]);
    expect([...new Set(receiver.types())].sort()).toEqual([...all].sort());
    const library = new Webhook(secret);
    for (const { body, headers } of receiver.got)
      expect(() => library.verify(body, headers as Record<string, string>)).not.toThrow();
    expect(receiver.got.every(({ data }) => data.webinar.id === id || data.webinar.id === calledOff.id)).toBe(
      true,
    );
    const of = (who: string) =>
      receiver.got.filter(({ data }) => data.registration?.id === who).map(({ type }) => type);
    expect(of(person.id)).toEqual([
      "registration.created",
      "registration.updated",
      "attendance.joined",
      "attendance.left",
      "attendance.finished",
    ]);
    expect(of(second.id)).toEqual([
      "registration.created",
      "registration.denied",
      "registration.approved",
      "registration.cancelled",
    ]);
    const closed = receiver.got.find(({ type }) => type === "poll.closed");
    expect(closed?.data).toMatchObject({
      poll: { voters: 1, options: [{ text: "a", votes: 1 }, { votes: 0 }] },
    });
    const finished = receiver.got.find(
      ({ data, type }) => type === "attendance.finished" && data.registration?.id === person.id,
    );
    expect(finished?.data).toMatchObject({ attendance: { attended: true, joins: 1 } });
    expect(new Set(receiver.got.map(({ id: message }) => message)).size).toBe(receiver.got.length);
  }, 30_000);

  it("only what was committed, only to who wants it, and nothing of other organisations", async () => {
    await listen(["registration.created"]);
    const { id } = await scheduleAs(host);
    const { services } = stage;
    await expect(
      services.db.transaction(async (tx) => {
        await insertRegistration(
          tx,
          { webinarId: id, email: "undone@example.test", name: "U", answers: {}, utm: {} },
          mail(),
        );
        throw new Error("undone");
      }),
    ).rejects.toThrow("undone");
    const rows = [1, 2, 3].map((n) => ({
      email: `p${n}@example.test`,
      emailKey: `p${n}@example.test`,
      name: `P${n}`,
      answers: {},
    }));
    await importRegistrations(services.db, { webinarId: id, rows, rehearse: true }, mail);
    await importRegistrations(services.db, { webinarId: id, rows, rehearse: false }, mail);
    const stranger = await hostHeaders(services, `${randomUUID()}@example.test`);
    await registrant(services, (await scheduleAs(stranger)).id);
    const at = deliverer(stage);
    await deliverAll(at);
    expect(receiver.got.map(({ data }) => data.registration?.email).sort()).toEqual(
      rows.map(({ email }) => email),
    );
  });
});

const rules = {
  waitlist: true,
  approval: "approve",
  allowedDomains: [],
  blockedDomains: [],
  consentText: "",
};
const fact = (type: string, at: number, more: object) => ({ factId: randomUUID(), type, at, ...more });

describe("delivery", () => {
  it("loses nothing over an hour without the receiver, and keeps the order of each registrant", async () => {
    await listen(["registration.created", "registration.updated", "registration.cancelled"]);
    const at = deliverer(stage);
    receiver.now = () => at.clock.ms;
    const { id } = await scheduleAs(host);
    const people = await Promise.all(Array.from({ length: 20 }, () => register(id)));
    // Down: nobody listens on its port.
    const port = Number(new URL(url).port);
    await receiver.close();
    const { services } = stage;
    for (const [index, person] of people.entries()) {
      await updateRegistration(services.db, person.id, { name: `N${index}`, answers: {} });
      await cancelRegistration(
        services.db,
        { webinarId: id, registrationId: person.id, reason: "" },
        seating(services),
      );
    }
    const end = at.clock.ms + hourMs;
    for (; at.clock.ms < end; at.clock.ms += 60_000) await deliverAll(at);
    expect(receiver.got).toHaveLength(0);
    await receiver.open(port);
    // Back: at the latest with the next attempt, which half an hour of waits allows for.
    const limit = at.clock.ms + hourMs;
    for (; at.clock.ms < limit && receiver.got.length < 60; at.clock.ms += 60_000) await deliverAll(at);
    for (const person of people)
      expect(
        receiver.got.filter(({ data }) => data.registration?.id === person.id).map(({ type }) => type),
      ).toEqual(["registration.created", "registration.updated", "registration.cancelled"]);
    expect(receiver.got).toHaveLength(60);
    expect(new Set(receiver.got.map(({ id: message }) => message)).size).toBe(60);
  }, 60_000);

  it("delivers each message once, however many workers there are", async () => {
    await listen(["registration.created", "registration.updated"]);
    const { id } = await scheduleAs(host);
    const people = await Promise.all(Array.from({ length: 30 }, () => register(id)));
    for (const person of people)
      await updateRegistration(stage.services.db, person.id, { name: "Again", answers: {} });
    receiver.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      return 200;
    };
    const workers = Array.from({ length: 3 }, () => deliverer(stage));
    for (const worker of workers) worker.clock.ms = Date.now() + 1000;
    while (receiver.got.length < 60) await Promise.all(workers.map(deliverAll));
    expect(receiver.got).toHaveLength(60);
    for (const person of people)
      expect(
        receiver.got.filter(({ data }) => data.registration?.id === person.id).map(({ type }) => type),
      ).toEqual(["registration.created", "registration.updated"]);
  }, 30_000);

  it("loses nothing when the process that delivers is killed, and repeats under the same id", async () => {
    await listen(["registration.created", "registration.updated"]);
    const { id } = await scheduleAs(host);
    const people = await Promise.all(Array.from({ length: 40 }, () => register(id)));
    for (const person of people)
      await updateRegistration(stage.services.db, person.id, { name: "Again", answers: {} });
    receiver.answer = async () => {
      await new Promise((resolve) => setTimeout(resolve, 15));
      return 200;
    };
    for (const after of [5, 20]) {
      const worker = await startWorker();
      await until(() => receiver.got.length >= after).finally(() => worker.kill("SIGKILL"));
      await new Promise((resolve) => worker.once("exit", resolve));
    }
    expect(receiver.got.length).toBeLessThan(80);
    // What it was busy with is free again when its lease is over.
    const at = deliverer(stage);
    at.clock.ms = Date.now() + 31_000;
    await deliverAll(at);
    const messages = new Map(receiver.got.map((message) => [message.id, message]));
    expect(messages.size).toBe(80);
    expect(receiver.refused).toEqual([]);
    for (const person of people)
      expect(
        [...messages.values()]
          .filter(({ data }) => data.registration?.id === person.id)
          .map(({ type }) => type),
      ).toEqual(["registration.created", "registration.updated"]);
  }, 60_000);

  it("stops after three days, and goes on with what comes after", async () => {
    const { id: endpointId } = await listen(["registration.created", "registration.updated"]);
    const at = deliverer(stage);
    receiver.now = () => at.clock.ms;
    receiver.answer = ({ type }) => (type === "registration.created" ? 500 : 200);
    const person = await register((await scheduleAs(host)).id);
    await updateRegistration(stage.services.db, person.id, { name: "Again", answers: {} });
    const end = Date.now() + giveUpMs + hourMs;
    for (; at.clock.ms < end; at.clock.ms += hourMs / 4) await deliverAll(at);
    expect(receiver.types()).toEqual(["registration.updated"]);
    const log = (await query("integration.deliveries", { endpointId }, host)).data as {
      rows: { state: string; attempts: number }[];
    };
    expect(log.rows.map(({ state }) => state)).toEqual(["delivered", "failed"]);
    expect(log.rows[1]?.attempts).toBeGreaterThan(10);
  }, 60_000);

  it("switches an endpoint off that answers 410, and does not follow redirects", async () => {
    const { id } = await listen(["registration.created"]);
    const webinar = await scheduleAs(host);
    receiver.answer = () => 302;
    await register(webinar.id);
    const at = deliverer(stage);
    await deliverAll(at);
    receiver.answer = () => 410;
    at.clock.ms += hourMs;
    receiver.now = () => at.clock.ms;
    await deliverAll(at);
    const { endpoints } = (await query("integration.overview", undefined, host)).data as {
      endpoints: { id: string; disabled: boolean }[];
    };
    expect(endpoints).toMatchObject([{ id, disabled: true }]);
    await register(webinar.id);
    receiver.answer = () => 200;
    at.clock.ms += hourMs;
    await deliverAll(at);
    expect(receiver.got).toEqual([]);
  });

  it("reaches private addresses only where the operator allows it, whatever the name says", async () => {
    const port = new URL(url).port;
    const mapped = `http://[::ffff:7f00:1]:${port}/`;
    for (const address of [url, `http://localhost:${port}/`, mapped, `https://2130706433:${port}/`]) {
      const own = await hostHeaders(stage.services, `${randomUUID()}@example.test`);
      const { id, secret } = await addEndpoint(own, address, ["registration.created"]);
      receiver.secrets = [secret];
      await register((await scheduleAs(own)).id);
      await deliverAll(deliverer(stage, "10.0.0.0/8"));
      const log = (await query("integration.deliveries", { endpointId: id }, own)).data as {
        rows: { id: string }[];
      };
      const detail = (await query("integration.delivery", { endpointId: id, id: log.rows[0]?.id }, own))
        .data as {
        log: { excerpt: string; status: number | null }[];
      };
      expect(detail.log[0], address).toMatchObject({ status: null });
      expect(detail.log[0]?.excerpt, address).toContain("private or reserved");
    }
    expect(receiver.got).toEqual([]);
  });

  it("does not wait for a receiver that never answers, and others do not wait for it either", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    await addEndpoint(host, `http://127.0.0.1:${port}/`, ["registration.created"]);
    await listen(["registration.created"]);
    const { id } = await scheduleAs(host);
    for (let n = 0; n < 12; n++) await register(id);
    const started = Date.now();
    const rounds = deliverAll({ ...deliverer(stage), timeoutMs: 1500 });
    await until(() => receiver.got.length === 12);
    expect(Date.now() - started).toBeLessThan(1400);
    silent.close();
    await rounds;
  }, 40_000);
});

async function startWorker(): Promise<ChildProcess> {
  const { config } = stage.services;
  const worker = spawn(process.execPath, [path.join(import.meta.dirname, "webhook-worker.ts")], {
    env: {
      ...(process.env.PATH ? { PATH: process.env.PATH } : {}),
      ...Object.fromEntries(Object.entries(config).map(([name, value]) => [name, String(value)])),
      WEBHOOK_ALLOWED_NETWORKS: "127.0.0.1",
    } as unknown as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve) => worker.stdout?.once("data", resolve));
  return worker;
}

async function until(done: () => boolean): Promise<void> {
  for (const end = Date.now() + 10_000; !done(); ) {
    if (Date.now() > end) throw new Error("it did not happen");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
