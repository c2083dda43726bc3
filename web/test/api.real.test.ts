import { randomUUID } from "node:crypto";
import { findOrCreateUser, insertRegistration } from "@rostrum/db";
import { ErrorCode, RoomSnapshot } from "@rostrum/protocol";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { appRouter } from "../src/server/routers/index.ts";
import { hashSecret } from "../src/server/secrets.ts";
import type { Services } from "../src/server/services.ts";
import { startSession } from "../src/server/session.ts";
import { createCaller } from "../src/server/trpc.ts";
import { roomSnapshot } from "../src/server/use-cases/room-snapshot.ts";
import { openServer, type Stage } from "./harness.ts";

let stage: Stage;
let services: Services;

beforeAll(async () => {
  stage = await openServer();
  services = stage.services;
});
afterAll(() => stage.close());

type Caller = ReturnType<ReturnType<typeof createCaller<typeof appRouter._def.record>>>;

function callerWith(headers: Record<string, string> = {}): Caller {
  return createCaller(appRouter)({ services, headers: new Headers(headers), setCookie: () => {} }) as Caller;
}

async function host(email: string): Promise<Caller> {
  const user = await findOrCreateUser(services.db, email);
  const cookie = (await startSession(services, user.id)).split(";", 1)[0] ?? "";
  return callerWith({ cookie });
}

const schedule = { title: "One", startsAt: new Date(), durationMinutes: 30, timeZone: "UTC" };

async function participant(webinarId: string, name = "Ada"): Promise<Caller> {
  const email = `${randomUUID()}@example.test`;
  const { registration } = await insertRegistration(
    services.db,
    { webinarId, email, name, answers: {}, utm: {} },
    { tokenHash: hashSecret(randomUUID()), payload: {} },
  );
  const token = await services.tokens.signRoom(
    {
      audience: "edge",
      webinarId: webinarId as never,
      participantId: registration.id as never,
      admissionId: randomUUID() as never,
      role: "attendee",
      delivery: "webrtc",
      name,
    },
    60,
  );
  return callerWith({ "x-rostrum-admission": token });
}

const refusal = (code: string) => ({ cause: expect.objectContaining({ code }) });

describe("policies", () => {
  it("exist for every procedure, and the middleware enforces them", async () => {
    const procedures = Object.entries(
      appRouter._def.procedures as unknown as Record<
        string,
        { _def: { meta?: { access?: string }; type: string } }
      >,
    );
    expect(procedures.length).toBeGreaterThan(25);
    for (const [path, procedure] of procedures) {
      const access = procedure._def.meta?.access;
      expect(["public", "host", "participant"], `${path} has no policy`).toContain(access);
      if (access === "public") continue;
      const [group, name] = path.split(".") as [keyof Caller, string];
      const call = (callerWith()[group] as unknown as Record<string, (input: unknown) => Promise<unknown>>)[
        name
      ];
      const code = access === "host" ? "session.required" : "token.missing";
      await expect(call?.({}), `${path} must refuse strangers`).rejects.toMatchObject(refusal(code));
    }
  });

  it("keep organisations apart", async () => {
    const [mine, theirs] = [await host("a@example.test"), await host("b@example.test")];
    const webinar = await mine.webinar.create(schedule);
    const calls = [
      () => theirs.webinar.get({ id: webinar.id }),
      () => theirs.webinar.goLive({ id: webinar.id }),
      () => theirs.webinar.end({ id: webinar.id }),
      () => theirs.registration.list({ webinarId: webinar.id }),
      () => theirs.attendance.admitHost({ webinarId: webinar.id }),
      () => theirs.poll.create({ webinarId: webinar.id, question: "?", options: ["a", "b"] }),
    ];
    for (const call of calls) await expect(call()).rejects.toMatchObject(refusal("not-found"));
    expect((await theirs.webinar.list()).map(({ id }) => id)).not.toContain(webinar.id);
  });

  it("keep webinars apart", async () => {
    const mine = await host("c@example.test");
    const [one, two] = [await mine.webinar.create(schedule), await mine.webinar.create(schedule)];
    const [ada, grace] = [await participant(one.id), await participant(two.id, "Grace")];
    const question = await ada.question.ask({ id: randomUUID(), text: "Here?" });
    await expect(grace.question.upvote({ questionId: question.id })).rejects.toMatchObject(
      refusal("not-found"),
    );
    const poll = await mine.poll.create({ webinarId: one.id, question: "?", options: ["a", "b"] });
    await mine.poll.open({ pollId: poll.id });
    const optionId = poll.options[0]?.id ?? "";
    await expect(grace.poll.vote({ pollId: poll.id, optionId })).rejects.toMatchObject(refusal("not-found"));
    await ada.poll.vote({ pollId: poll.id, optionId });
    await expect(ada.poll.vote({ pollId: poll.id, optionId })).rejects.toMatchObject(
      refusal("poll.already-voted"),
    );
    await expect(ada.poll.vote({ pollId: poll.id, optionId, retry: true })).resolves.toEqual({ optionId });
  });
});

describe("tokens", () => {
  it("that have expired or are of another kind open nothing", async () => {
    const mine = await host("f@example.test");
    const webinar = await mine.webinar.create(schedule);
    const claims = {
      webinarId: webinar.id as never,
      participantId: randomUUID() as never,
      admissionId: randomUUID() as never,
      role: "attendee",
      delivery: "hls",
      name: "Ada",
    } as const;
    const expired = await services.tokens.signRoom({ ...claims, audience: "edge" }, -1);
    const stage = await services.tokens.signRoom({ ...claims, audience: "stage" }, 60);
    const ask = (token: string) =>
      callerWith({ "x-rostrum-admission": token }).question.ask({ id: randomUUID(), text: "In?" });
    await expect(ask(expired)).rejects.toMatchObject(refusal("token.expired"));
    await expect(ask(stage)).rejects.toMatchObject(refusal("token.invalid"));
  });
});

describe("a room's snapshot", () => {
  it("holds what was stored, as of the log's position", async () => {
    const mine = await host("d@example.test");
    const webinar = await mine.webinar.create(schedule);
    const ada = await participant(webinar.id);
    await ada.question.ask({ id: randomUUID(), text: "Is it stored?" });
    await ada.hand.raise();
    await mine.webinar.goLive({ id: webinar.id });
    await mine.webinar.goLive({ id: webinar.id });
    const snapshot = RoomSnapshot.parse(await roomSnapshot(services, webinar.id));
    expect(snapshot).toMatchObject({
      phase: "live",
      questions: [{ text: "Is it stored?" }],
      hands: [{ name: "Ada" }],
    });
    // Question, hand, live: going live twice is one event.
    expect(snapshot.seq).toBe(3);
  });
});

describe("bad input", () => {
  it("gets a typed refusal and never an internal error", async () => {
    const mine = await host("e@example.test");
    const webinar = await mine.webinar.create(schedule);
    const ada = await participant(webinar.id);
    const expired = callerWith({ "x-rostrum-admission": "nonsense", cookie: "rostrum=nonsense" });
    // Those without an input take no notice of what is sent.
    const procedures = appRouter._def.procedures as unknown as Record<
      string,
      { _def: { inputs: unknown[] } }
    >;
    const paths = Object.entries(procedures).flatMap(([path, { _def }]) =>
      _def.inputs.length > 0 ? [path] : [],
    );
    expect(paths.length).toBeGreaterThan(100);
    const anything = fc.oneof(
      fc.jsonValue(),
      fc.string({ maxLength: 3000 }),
      fc.record({ id: fc.jsonValue(), webinarId: fc.uuid(), pollId: fc.uuid(), text: fc.string() }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...paths),
        anything,
        fc.constantFrom(mine, ada, expired),
        async (path, input, caller) => {
          const [group, name] = path.split(".") as [keyof Caller, string];
          const call = (caller[group] as unknown as Record<string, (value: unknown) => Promise<unknown>>)[
            name
          ];
          const error = (await call?.(input).then(
            () => undefined,
            (thrown: unknown) => thrown,
          )) as { code?: string; cause?: { code?: string } } | undefined;
          if (!error) throw new Error(`${path} accepted ${JSON.stringify(input).slice(0, 200)}`);
          expect(error.code, `${path} ${JSON.stringify(input).slice(0, 200)}`).not.toBe(
            "INTERNAL_SERVER_ERROR",
          );
          if (error.cause?.code && error.code !== "BAD_REQUEST")
            expect(ErrorCode.options).toContain(error.cause.code);
        },
      ),
      { numRuns: 200, seed: 7 },
    );
  });
});
