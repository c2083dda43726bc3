import { randomUUID } from "node:crypto";
import { acceptFacts, findReplay, findWebinar, listDueCampaigns } from "@rostrum/db";
import { programmeStatusKey, WebinarId } from "@rostrum/protocol";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { queueDueCampaigns } from "../src/jobs/campaigns.ts";
import { openExport } from "../src/server/exports/index.ts";
import { webinarReport } from "../src/server/use-cases/report.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  query,
  registrant,
  type Scheduled,
  type Stage,
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let host: Headers;
let webinar: Scheduled;
let ada: { id: string; joinToken: string };
let sql: postgres.Sql;
const liveAt = Date.UTC(2026, 0, 5, 10);
const minute = 60_000;

beforeAll(async () => {
  stage = await openServer();
  sql = postgres(stage.database.url, { max: 1, onnotice: () => {} });
  host = await hostHeaders(stage.services, "host@example.test");
  webinar = await scheduleAs(host);
  const { registration, joinToken } = await registrant(stage.services, webinar.id, "Ada");
  ada = { id: registration.id, joinToken };
  await sql`update webinars set phase = 'ended', live_at = ${new Date(liveAt)}, ended_at = ${new Date(liveAt + 10 * minute)} where id = ${webinar.id}`;
  await sql`update registrations set created_at = ${new Date(liveAt - minute)}`;
  await sql`insert into chat_messages (id, webinar_id, participant_id, name, text, created_at)
    values (${randomUUID()}, ${webinar.id}, ${ada.id}, 'Ada', 'early', ${new Date(liveAt - minute)}),
           (${randomUUID()}, ${webinar.id}, ${ada.id}, 'Ada', 'hello', ${new Date(liveAt + 3 * minute)})`;
  await stage.services.redis.hset(programmeStatusKey, webinar.id, JSON.stringify(status()));
  await acceptFacts(stage.services.db, [
    {
      type: "recording.ready",
      factId: randomUUID(),
      webinarId: WebinarId.parse(webinar.id),
      path: `/recordings/${webinar.id}/recording.mp4`,
      durationMs: 10 * minute,
      bytes: 1000,
      startedAt: liveAt,
      chapters: [
        { startMs: 0, title: "Ada" },
        { startMs: 4 * minute, title: "Bob" },
      ],
      at: liveAt,
    },
  ]);
});
afterAll(async () => {
  await stage.services.redis.hdel(programmeStatusKey, webinar.id);
  await sql.end();
  await stage.close();
});

const status = () => ({
  webinarId: webinar.id,
  nodeId: "egress",
  state: "ended",
  publicUrl: "http://media.example.test",
  firstFrameAt: liveAt,
  sources: 0,
  framesPerSecond: 0,
  recordingBytes: 0,
  destinations: [],
  at: Date.now(),
});

type Opened = {
  state: string;
  viewer: { pass: string } | null;
  media: { playlist: string };
  chapters: { startMs: number; title: string }[];
  conversation: { chat: { text: string; atMs: number }[] } | null;
};
const open = async (headers: Headers = {}) => {
  const answer = await mutate("replay.open", { slug: webinar.slug }, headers);
  return { ...(answer.data as Opened), cookie: answer.response.headers.get("set-cookie") };
};
const options = {
  access: "registered",
  availableFrom: null,
  availableUntil: null,
  trimStartMs: 0,
  trimEndMs: null,
  showConversation: true,
  foundChapters: true,
};
const change = (over: object) =>
  mutate("replay.change", { webinarId: webinar.id, ...options, ...over }, host);
const publish = (published: boolean) => mutate("replay.publish", { webinarId: webinar.id, published }, host);
const mails = () => sql`select registration_id, kind, payload from mail_outbox where kind = 'replay-ready'`;

describe("the door", () => {
  it("is shut until the replay is published, but not for its host", async () => {
    expect((await open()).state).toBe("none");
    expect((await mutate("replay.openByLink", { joinToken: ada.joinToken })).data).toMatchObject({
      state: "none",
    });
    expect(await open(host)).toMatchObject({ state: "open", viewer: null });
    const stranger = await hostHeaders(stage.services, "stranger@example.test");
    expect((await open(stranger)).state).toBe("none");
    expect(
      (await mutate("replay.publish", { webinarId: webinar.id, published: true }, stranger)).status,
    ).toBe(404);
    expect(
      (await mutate("registration.submit", { slug: webinar.slug, name: "X", email: "x@example.test" }))
        .refusal?.code,
    ).toBe("registration.closed");
  });

  it("opens for who is registered, and asks others to register", async () => {
    expect((await publish(true)).status).toBe(200);
    expect((await open()).state).toBe("gate");
    const mine = await mutate("replay.openByLink", { joinToken: ada.joinToken });
    expect(mine.data).toMatchObject({ state: "open", viewer: { name: "Ada" } });
    const cookie = mine.response.headers.get("set-cookie") ?? "";
    expect(cookie).toContain("HttpOnly");
    expect((await open({ cookie: cookie.split(";")[0] ?? "" })).state).toBe("open");
    expect((await mutate("replay.openByLink", { joinToken: "not-a-link-at-all" })).refusal?.code).toBe(
      "token.invalid",
    );
  });

  it("lets in at once who registers, and keeps to the address where it decides", async () => {
    const form = { slug: webinar.slug, name: "Late", replayAt: 123 };
    const registered = await mutate("registration.submit", { ...form, email: "late@example.test" });
    expect(registered.data).toEqual({ status: "registered", watch: true });
    const cookie = registered.response.headers.get("set-cookie")?.split(";")[0] ?? "";
    expect((await open({ cookie })).state).toBe("open");
    const [mail] = await sql`select payload from mail_outbox where recipient = 'late@example.test'`;
    expect(mail?.payload.link).toMatch(/\/replay\/t\/[\w-]+\?t=123$/);
    // Cancelled, they are let in no more.
    await sql`update registrations set status = 'cancelled' where email = 'late@example.test'`;
    expect((await open({ cookie })).state).toBe("gate");
    await sql`update webinars set allowed_domains = '["acme.test"]' where id = ${webinar.id}`;
    const proved = await mutate("registration.submit", { ...form, email: "eve@acme.test" });
    expect(proved.data).toEqual({ status: "registered" });
    expect(proved.response.headers.get("set-cookie")).toBeNull();
    await sql`update webinars set allowed_domains = '[]', registration_limit = 1 where id = ${webinar.id}`;
    const full = await mutate("registration.submit", { ...form, email: "many@example.test" });
    expect(full.data, "seats do not count for a recording").toEqual({ status: "registered", watch: true });
    await sql`update webinars set registration_limit = null where id = ${webinar.id}`;
  });

  it("has a window, and an open link counts strangers without a name", async () => {
    await change({ availableFrom: new Date(Date.now() + minute) });
    expect((await open()).state).toBe("soon");
    await change({ availableUntil: new Date(Date.now() - minute) });
    expect((await open()).state).toBe("over");
    await change({ access: "link" });
    const stranger = await open();
    expect(stranger.state).toBe("open");
    const again = await open({ cookie: stranger.cookie?.split(";")[0] ?? "" });
    expect(again.cookie, "the same browser is the same viewer").toBeNull();
    await change({});
    expect((await open({ cookie: stranger.cookie?.split(";")[0] ?? "" })).state).toBe("gate");
  });
});

it("shows what was said in the recording's own time, within what is published", async () => {
  await mutate(
    "replay.mark",
    { webinarId: webinar.id, id: randomUUID(), title: "Demo", atMs: 4 * minute + 3000 },
    host,
  );
  await change({ trimStartMs: 2 * minute, trimEndMs: 6 * minute });
  const { data } = await mutate("replay.openByLink", { joinToken: ada.joinToken });
  const opened = data as Opened;
  expect(opened.media.playlist).toContain(`http://media.example.test/replay/${webinar.id}/120000-360000/`);
  expect(opened.chapters).toEqual([
    { startMs: 2 * minute, title: "Ada" },
    { startMs: 4 * minute + 3000, title: "Demo" },
  ]);
  expect(opened.conversation?.chat).toMatchObject([
    { text: "early", atMs: 2 * minute },
    { text: "hello", atMs: 3 * minute },
  ]);
  await change({ showConversation: false });
  expect((await mutate("replay.openByLink", { joinToken: ada.joinToken })).data).toMatchObject({
    conversation: null,
  });
  expect((await change({ trimStartMs: 11 * minute })).refusal).toMatchObject({ field: "trimStartMs" });
  await change({});
});

it("mails the link once to who was registered, whatever is published how often", async () => {
  const now = new Date();
  await Promise.all([queueDueCampaigns(stage.services, now), queueDueCampaigns(stage.services, now)]);
  await publish(false);
  await publish(true);
  await queueDueCampaigns(stage.services, new Date());
  const sent = await mails();
  expect(sent.filter(({ registration_id }) => registration_id === ada.id)).toHaveLength(1);
  expect(await listDueCampaigns(stage.services.db, new Date())).toEqual([]);
});

it("waits with the mail until it is open", async () => {
  await sql`delete from campaigns where kind = 'replay'`;
  await publish(false);
  await change({ availableFrom: new Date(Date.now() + minute) });
  await publish(true);
  expect(await listDueCampaigns(stage.services.db, new Date())).toEqual([]);
  expect(await listDueCampaigns(stage.services.db, new Date(Date.now() + 2 * minute))).toHaveLength(1);
  await change({});
});

describe("what was watched", () => {
  const tell = (
    pass: string,
    spans: { id: string; fromMs: number; toMs: number }[],
    visitId: string = randomUUID(),
  ) => mutate("replay.watched", { pass, visitId, spans });

  it("counts each moment once per person, however often it is told, and leaves attendance alone", async () => {
    const { viewer } = (await mutate("replay.openByLink", { joinToken: ada.joinToken })).data as Opened;
    const pass = viewer?.pass ?? "";
    const [first, second] = [randomUUID(), randomUUID()];
    await tell(pass, [{ id: first, fromMs: 0, toMs: 30_000 }]);
    await tell(pass, [{ id: first, fromMs: 0, toMs: 60_000 }]);
    // Late and out of order: a stretch does not shrink.
    await tell(pass, [{ id: first, fromMs: 0, toMs: 45_000 }]);
    await tell(pass, [{ id: second, fromMs: 30_000, toMs: 90_000 }]);
    await tell(pass, [{ id: randomUUID(), fromMs: 9 * minute, toMs: 99 * minute }]);
    expect((await tell("forged", [{ id: randomUUID(), fromMs: 0, toMs: 9 }])).refusal?.code).toBe(
      "token.invalid",
    );
    const stored = await findWebinar(stage.services.db, webinar.id);
    if (!stored) throw new Error("the webinar is there");
    const report = await webinarReport(stage.services.db, stored);
    expect(report.replay).toMatchObject({ viewers: 1, watchedMs: 90_000 + minute, missedLive: 1 });
    expect(report.replay?.curve.slice(0, 20)).toEqual([...Array(18).fill(1), 0, 0]);
    expect(report.totals).toMatchObject({ registered: 1, attended: 0 });
    const csv = await openExport(stage.services, stored, {
      kind: "replay",
      format: "csv",
      layout: "tidy",
      bom: false,
    });
    const [, line] = (await new Response(csv.body).text()).split("\r\n");
    expect(line).toContain(`Ada,`);
    expect(line?.split(",").slice(4)).toEqual(["2.5", "25", "10", "3", "no", ada.id, ada.id]);
  });

  it("does not let one person grow another's stretch", async () => {
    const { viewer } = (await mutate("replay.openByLink", { joinToken: ada.joinToken })).data as Opened;
    const other = await registrant(stage.services, webinar.id, "Eve");
    const { viewer: eve } = (await mutate("replay.openByLink", { joinToken: other.joinToken }))
      .data as Opened;
    const id = randomUUID();
    await tell(viewer?.pass ?? "", [{ id, fromMs: 0, toMs: 1000 }]);
    await tell(eve?.pass ?? "", [{ id, fromMs: 0, toMs: 50_000 }]);
    const [span] = await sql`select viewer_id, to_ms from replay_spans where id = ${id}`;
    expect(span).toEqual({ viewer_id: ada.id, to_ms: 1000 });
  });
});

it("tells its host what there is", async () => {
  const { data } = await query("replay.settings", { webinarId: webinar.id }, host);
  expect(data).toMatchObject({
    published: true,
    door: "open",
    recording: { durationMs: 10 * minute },
    marks: [{ title: "Demo" }],
  });
  expect((data as { recording: { url: string } }).recording.url).toContain("/recordings/");
  expect(await findReplay(stage.services.db, webinar.id)).toMatchObject({ access: "registered" });
});
