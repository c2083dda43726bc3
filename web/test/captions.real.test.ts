import { randomUUID } from "node:crypto";
import { captionsKey, programmeMarksKey } from "@rostrum/protocol";
import { readCaptions } from "@rostrum/rules";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { POST as postCaptions } from "../src/app/api/captions/route.ts";
import { GET as getFile, PUT as putFile } from "../src/app/api/webinars/[webinarId]/captions/[file]/route.ts";
import {
  attendee,
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  publicUrl,
  query,
  roomHeaders,
  type Scheduled,
  type Stage,
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let host: Headers;
let webinar: Scheduled;
let studio: Headers;
let sql: postgres.Sql;
const liveAt = Date.UTC(2026, 0, 5, 10);

beforeAll(async () => {
  stage = await openServer();
  sql = postgres(stage.database.url, { max: 1, onnotice: () => {} });
  host = await hostHeaders(stage.services, "host@example.test");
  webinar = await scheduleAs(host);
  const user = (await query("auth.session", undefined, host)).data as { id: string };
  studio = await roomHeaders(stage.services, { webinarId: webinar.id, participantId: user.id, role: "host" });
  await sql`update webinars set phase = 'live', live_at = ${new Date(liveAt)} where id = ${webinar.id}`;
});
afterAll(async () => {
  await stage.services.redis.del(captionsKey(webinar.id), programmeMarksKey(webinar.id));
  await sql.end();
  await stage.close();
});

const service = (key: string, body: unknown) =>
  postCaptions(
    new Request(`${publicUrl}/api/captions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
const params = (file: string) => ({ params: Promise.resolve({ webinarId: webinar.id, file }) });
const file = async (name: string) =>
  (await getFile(new Request(`${publicUrl}/x`, { headers: host }), params(name))).text();

it("takes lines from the studio and from who has the key, and hands them to the broadcast", async () => {
  const id = randomUUID();
  expect((await mutate("caption.say", { id, text: "Helo" }, studio)).status).toBe(200);
  expect((await mutate("caption.say", { id, text: "Hello" }, studio)).status).toBe(200);
  const visitor = await attendee(stage.services, webinar.id);
  expect((await mutate("caption.say", { id: randomUUID(), text: "spam" }, visitor)).refusal?.code).toBe(
    "permission.denied",
  );
  const { key } = (await mutate("caption.newKey", { webinarId: webinar.id }, host)).data as { key: string };
  const line = { text: "Welcome & good morning", startsAt: liveAt + 61_000, endsAt: liveAt + 63_500 };
  expect((await service(key, { lines: [line] })).status).toBe(200);
  expect((await service("wrong-key-wrong-key", { lines: [line] })).status).toBe(401);
  expect((await service(key, { lines: [{ ...line, endsAt: liveAt }] })).status).toBe(400);
  expect((await service(key, { lines: [{ text: "" }] })).status).toBe(400);
  await mutate("caption.newKey", { webinarId: webinar.id }, host);
  expect((await service(key, { lines: [line] })).status).toBe(401);
  const handed = await stage.services.redis.lrange(captionsKey(webinar.id), 0, -1);
  expect(handed.map((text) => JSON.parse(text).text)).toEqual(["Helo", "Hello", "Welcome & good morning"]);
  const kept = (await query("caption.list", { webinarId: webinar.id }, host)).data as { text: string }[];
  expect(kept.map(({ text }) => text)).toEqual(["Welcome & good morning", "Hello"]);
});

it("gives them out in the recording's time, and takes a file instead", async () => {
  await sql`update webinars set phase = 'ended', ended_at = now() where id = ${webinar.id}`;
  expect((await mutate("caption.say", { id: randomUUID(), text: "late" }, studio)).refusal?.code).toBe(
    "conflict",
  );
  const [first] = readCaptions(await file("captions.vtt"));
  expect(first).toEqual({ fromMs: 61_000, toMs: 63_500, text: "Welcome & good morning" });
  expect(await file("captions.srt")).toContain("00:01:01,000 --> 00:01:03,500\nWelcome & good morning");
  const put = (body: string, headers: Headers = host) =>
    putFile(new Request(`${publicUrl}/x`, { method: "PUT", headers, body }), params("captions.vtt"));
  expect((await put("not captions")).status).toBe(400);
  expect((await put("WEBVTT", {})).status).toBe(401);
  const stranger = await hostHeaders(stage.services, "stranger@example.test");
  expect((await put("WEBVTT", stranger)).status).toBe(404);
  expect(
    await (await put("WEBVTT\n\n00:02.000 --> 00:04.000\nOne\n\n00:05.000 --> 00:06.000\nTwo\n")).json(),
  ).toEqual({
    lines: 2,
  });
  const [one, two] = (await query("caption.list", { webinarId: webinar.id }, host)).data as {
    id: string;
    text: string;
    startsAt: number;
  }[];
  expect([one?.text, one?.startsAt, two?.text]).toEqual(["One", liveAt + 2000, "Two"]);
  await mutate("caption.edit", { webinarId: webinar.id, id: one?.id, text: "First" }, host);
  await mutate("caption.edit", { webinarId: webinar.id, id: two?.id, text: "" }, host);
  expect(readCaptions(await file("captions.vtt"))).toEqual([{ fromMs: 2000, toMs: 4000, text: "First" }]);
});

it("hands polls, answers and chapters to the broadcast, without what is about a person", async () => {
  await sql`update webinars set phase = 'live', ended_at = null where id = ${webinar.id}`;
  const marks = async () => {
    const fields = await stage.services.redis.hgetall(programmeMarksKey(webinar.id));
    return Object.entries(fields).map(([field, text]) => [field, JSON.parse(text)] as const);
  };
  const visitor = await attendee(stage.services, webinar.id);
  const asked = (await mutate("question.ask", { id: randomUUID(), text: "Call me on 555-1234?" }, visitor))
    .data;
  const { id: questionId } = asked as { id: string };
  const asks = { webinarId: webinar.id, question: "Which one?", options: ["a", "b"] };
  const { id: pollId } = (await mutate("poll.create", asks, host)).data as { id: string };
  expect(await marks()).toEqual([]);
  await mutate("poll.open", { pollId }, host);
  const open = await vi.waitFor(async () => {
    const [entry] = await marks();
    expect(entry?.[1]).toMatchObject({ kind: "poll", title: "Which one?", endsAt: null });
    return entry?.[1];
  });
  await mutate("poll.close", { pollId }, host);
  await mutate("question.answer", { webinarId: webinar.id, questionId }, host);
  const chapter = { webinarId: webinar.id, id: randomUUID(), title: "Part two", atMs: null };
  expect((await mutate("replay.mark", chapter, host)).status).toBe(200);
  await vi.waitFor(async () => {
    const told = new Map(await marks());
    expect(told.get(`poll-${pollId}`)).toMatchObject({ id: open.id, endsAt: expect.any(Number) });
    expect(told.get(`question-${questionId}`)).toMatchObject({ kind: "question", title: null });
    expect(told.get(`chapter-${chapter.id}`)).toMatchObject({ kind: "chapter", title: "Part two" });
    expect(JSON.stringify([...told.values()])).not.toContain("Call me");
  });
  await mutate("replay.unmark", { webinarId: webinar.id, id: chapter.id }, host);
  expect((await marks()).map(([field]) => field)).not.toContain(`chapter-${chapter.id}`);
});
