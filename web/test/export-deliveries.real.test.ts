import { randomUUID } from "node:crypto";
import { queueDueExports } from "@rostrum/db";
import postgres from "postgres";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GET } from "../src/app/api/exports/[token]/route.ts";
import { deliverExports } from "../src/server/deliveries/run.ts";
import { Networks } from "../src/server/webhooks/networks.ts";
import { readBucket } from "./everything-stored.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  publicUrl,
  query,
  registrant,
  type Scheduled,
  type Stage,
  scheduleAs,
} from "./harness.ts";
import { nightly, openStore, type TestStore } from "./object-store.ts";
import { addEndpoint, deliverAll, deliverer, Receiver } from "./webhook-world.ts";

const hourMs = 3600_000;
const files = [
  { kind: "attendance", layout: "tidy", format: "csv" },
  { kind: "registrants", layout: "zoom", format: "xlsx" },
];
let stage: Stage;
let store: TestStore;
let sql: postgres.Sql;
let host: Headers;
let webinar: Scheduled;
let clock: number;

beforeAll(async () => {
  stage = await openServer({ WEBHOOK_ALLOWED_NETWORKS: "127.0.0.0/8" });
  sql = postgres(stage.database.url, { max: 1, onnotice: () => {} });
}, 60_000);
afterAll(async () => {
  await sql.end();
  await stage.close();
});
beforeEach(async () => {
  clock = Date.now();
  store = await openStore("warehouse");
  host = await hostHeaders(stage.services, `${randomUUID()}@example.test`);
  webinar = await scheduleAs(host);
  await registrant(stage.services, webinar.id, "Ada Byron");
});
afterEach(async () => {
  await sql`delete from export_schedules`;
  await store.close();
});

const networks = new Networks("127.0.0.0/8");
/** All that is due by the tests' clock. */
const bring = (allowed = networks) =>
  deliverExports({
    services: stage.services,
    networks: allowed,
    now: () => new Date(clock),
    random: () => 0.5,
  });
/** What jobs do every few seconds. */
const tick = async (): Promise<[queued: number, tried: number]> => [
  await queueDueExports(stage.services.db, new Date(clock)),
  await bring(),
];
const inStore = () => readBucket(store.client, "warehouse");
const end = (hoursAgo: number) =>
  sql`update webinars set phase = 'ended', live_at = ${new Date(clock - (hoursAgo + 1) * hourMs)}, ended_at = ${new Date(clock - hoursAgo * hourMs)} where id = ${webinar.id}`;

type Made = { id: string };
async function make(wish: Record<string, unknown>): Promise<string> {
  const { data, refusal } = await mutate("exportDelivery.create", { ...nightly, files, ...wish }, host);
  expect(refusal).toBeUndefined();
  return (data as Made).id;
}
const runs = async (id: string) =>
  (await query("exportDelivery.runs", { id }, host)).data as {
    occasion: string;
    state: string;
    bytes: number;
    attempts: { error: string }[];
  }[];

describe("exports are brought", () => {
  it("to a bucket, as many hours after the end as chosen, once, whatever process dies", async () => {
    const id = await make({ bucket: store.bucket, hoursAfterEnd: 2 });
    await sql`update export_schedules set created_at = ${new Date(clock - 24 * hourMs)} where id = ${id}`;
    await end(1);
    expect(await tick()).toEqual([0, 0]);
    clock += 1.1 * hourMs;
    expect(await queueDueExports(stage.services.db, new Date(clock))).toBe(1);
    expect(await queueDueExports(stage.services.db, new Date(clock))).toBe(0);
    // A worker takes it and dies: after its lease somebody else does.
    await sql`update export_runs set claim = gen_random_uuid(), claimed_until = ${new Date(clock + 60_000)} where schedule_id = ${id}`;
    expect(await bring()).toBe(0);
    clock += 61_000;
    expect(await bring()).toBe(1);
    const found = await inStore();
    expect([...found.keys()]).toEqual([
      `webinars/${webinar.slug}/${webinar.slug}-attendance.csv`,
      `webinars/${webinar.slug}/${webinar.slug}-registrants-zoom.xlsx`,
    ]);
    for (const text of found.values()) expect(text).toContain("Byron");
    expect(await tick()).toEqual([0, 0]);
    expect(await runs(id)).toMatchObject([{ occasion: "ended", state: "delivered" }]);
  }, 60_000);

  it("every day at the chosen minute, into a folder of that day, and not for what is long over", async () => {
    clock = Date.parse("2031-05-04T06:00:00Z");
    await sql`update webinars set starts_at = ${new Date(clock + 48 * hourMs)} where id = ${webinar.id}`;
    const id = await make({ bucket: store.bucket, dailyMinute: 6 * 60 + 30, webinarId: webinar.id });
    expect(await tick()).toEqual([0, 0]);
    clock += 45 * 60_000;
    expect(await tick()).toEqual([1, 1]);
    clock += hourMs;
    expect(await tick()).toEqual([0, 0]);
    clock += 23 * hourMs;
    expect(await tick()).toEqual([1, 1]);
    const days = [...(await inStore()).keys()].map((key) => key.split("/")[2]);
    expect([...new Set(days)]).toEqual(["2031-05-04", "2031-05-05"]);
    await sql`update webinars set starts_at = ${new Date(clock - 30 * 24 * hourMs)} where id = ${webinar.id}`;
    clock += 24 * hourMs;
    expect(await tick()).toEqual([0, 0]);
    await mutate("exportDelivery.remove", { id }, host);
  }, 60_000);

  it("again and again while the bucket cannot be reached, for three days, and the log says why", async () => {
    const away = { ...store.bucket, endpoint: "http://127.0.0.1:1" };
    const id = await make({ bucket: away });
    await mutate("exportDelivery.deliverNow", { id, webinarId: webinar.id }, host);
    clock = Math.max(clock, Date.now()) + 1000;
    expect(await bring()).toBe(1);
    expect(await bring()).toBe(0);
    clock += 10_000;
    expect(await bring()).toBe(1);
    const [failing] = await runs(id);
    expect(failing).toMatchObject({ state: "retrying" });
    expect(failing?.attempts).toHaveLength(2);
    expect(failing?.attempts[0]?.error).toMatch(/ECONNREFUSED/);
    // Mended: the keys come back masked and are asked for again, because the address is another.
    const [shown] = (await query("exportDelivery.list", undefined, host)).data as {
      bucket: { accessKeyId: string };
    }[];
    expect(shown?.bucket.accessKeyId).toBe("••••1234");
    expect(JSON.stringify(shown)).not.toContain("secret");
    const mended = { ...nightly, files, id, enabled: true };
    const stolen = { ...store.bucket, accessKeyId: "••••1234", secretKey: "" };
    const refused = await mutate("exportDelivery.change", { ...mended, bucket: stolen }, host);
    expect(refused.refusal).toMatchObject({ code: "input.invalid", field: "bucket.secretKey" });
    await mutate("exportDelivery.change", { ...mended, bucket: store.bucket }, host);
    const renamed = { ...store.bucket, accessKeyId: "••••1234", secretKey: "", prefix: "other/" };
    expect(
      (await mutate("exportDelivery.change", { ...mended, bucket: renamed }, host)).refusal,
    ).toBeUndefined();
    clock += hourMs;
    expect(await bring()).toBe(1);
    expect([...(await inStore()).keys()][0]).toMatch(/^other\//);
    // One that stays away is given up in the end.
    await mutate("exportDelivery.change", { ...mended, bucket: away }, host);
    await mutate("exportDelivery.deliverNow", { id, webinarId: webinar.id }, host);
    for (let round = 0; round < 30 && (await runs(id))[0]?.state !== "failed"; round++) {
      clock += 13 * hourMs;
      await bring();
    }
    expect((await runs(id))[0]).toMatchObject({ state: "failed" });
  }, 90_000);

  it("to no private address, unless the operator allows it, by whatever name", async () => {
    const closed = new Networks("");
    for (const endpoint of [
      store.bucket.endpoint,
      store.bucket.endpoint.replace("127.0.0.1", "localhost"),
      "http://169.254.169.254",
      "http://[::1]:9000",
    ]) {
      const id = await make({ bucket: { ...store.bucket, endpoint } });
      await mutate("exportDelivery.deliverNow", { id, webinarId: webinar.id }, host);
      clock = Math.max(clock, Date.now()) + 1000;
      await bring(closed);
      expect((await runs(id))[0]?.attempts[0]?.error, endpoint).toMatch(/private or reserved/);
    }
    expect((await inStore()).size).toBe(0);
  }, 60_000);

  it("with a test first: it writes and deletes, or says what is wrong", async () => {
    const good = await make({ bucket: store.bucket });
    expect((await mutate("exportDelivery.test", { id: good }, host)).data).toMatchObject({ ok: true });
    expect((await inStore()).size).toBe(0);
    const bad = await make({ bucket: { ...store.bucket, bucket: "nowhere" } });
    expect((await mutate("exportDelivery.test", { id: bad }, host)).data).toMatchObject({
      ok: false,
      text: expect.stringMatching(/bucket/i),
    });
  }, 60_000);

  it("as a signed message with links that are good for a day, fetched without signing in", async () => {
    const receiver = new Receiver();
    const url = `http://127.0.0.1:${await receiver.open()}/hooks`;
    const endpoint = await addEndpoint(host, url, ["webinar.ended"]);
    receiver.secrets = [endpoint.secret];
    receiver.now = () => clock;
    const id = await make({ endpointId: endpoint.id });
    await mutate("exportDelivery.deliverNow", { id, webinarId: webinar.id }, host);
    clock = Math.max(clock, Date.now()) + 1000;
    expect(await bring()).toBe(1);
    expect(await runs(id)).toMatchObject([{ state: "on its way" }]);
    const at = deliverer(stage);
    receiver.answer = () => 503;
    at.clock.ms = clock + 1000;
    await deliverAll(at);
    receiver.answer = () => 204;
    clock += hourMs;
    at.clock.ms = clock;
    await deliverAll(at);
    expect(await runs(id)).toMatchObject([{ state: "delivered" }]);
    const [message] = receiver.got;
    expect(message?.type).toBe("export.ready");
    const links = JSON.parse(message?.body ?? "").data.files as { url: string; filename: string }[];
    expect(links.map(({ filename }) => filename)).toEqual([
      `${webinar.slug}-attendance.csv`,
      `${webinar.slug}-registrants-zoom.xlsx`,
    ]);
    expect(message?.body).not.toContain("Ada");
    const token = links[0]?.url.split("/").at(-1) ?? "";
    const fetchLink = (text: string) =>
      GET(new Request(`${publicUrl}/api/exports/${text}`), { params: Promise.resolve({ token: text }) });
    const file = await fetchLink(token);
    expect(file.headers.get("content-disposition")).toContain("attendance.csv");
    expect(await file.text()).toContain("Ada Byron");
    const [, , sign = ""] = token.split(".");
    for (const forged of [
      token.slice(0, -1),
      token.replace(".0.", ".1."),
      `${randomUUID()}.0.${sign}`,
      "",
      "..",
      token.replace(".0.", ".00."),
    ])
      expect((await fetchLink(forged)).status, forged).toBe(404);
    await sql`update webhook_outbox set delivered_at = now() - interval '25 hours' where event = 'export.ready'`;
    expect((await fetchLink(token)).status).toBe(404);
    await receiver.close();
  }, 60_000);

  it("never of another organisation, to nobody else's endpoint", async () => {
    const stranger = await hostHeaders(stage.services, `${randomUUID()}@example.test`);
    const theirs = await scheduleAs(stranger);
    const endpoint = await addEndpoint(stranger, "https://crm.example/", ["webinar.ended"]);
    for (const wish of [{ endpointId: endpoint.id }, { bucket: store.bucket, webinarId: theirs.id }]) {
      const { refusal } = await mutate(
        "exportDelivery.create",
        { ...nightly, bucket: null, files, ...wish },
        host,
      );
      expect(refusal?.code).toBe("not-found");
    }
    const id = await make({ bucket: store.bucket });
    const { refusal } = await mutate("exportDelivery.deliverNow", { id, webinarId: theirs.id }, host);
    expect(refusal?.code).toBe("not-found");
    for (const wish of [
      { bucket: store.bucket, endpointId: endpoint.id },
      {},
      { bucket: store.bucket, files: [] },
      { bucket: store.bucket, files: [{ kind: "events", layout: "zoom", format: "csv" }] },
      { bucket: { ...store.bucket, endpoint: "file:///etc" } },
    ]) {
      const answer = await mutate("exportDelivery.create", { ...nightly, files, ...wish }, host);
      expect(answer.refusal?.code, JSON.stringify(wish)).toBe("input.invalid");
    }
  });

  it("leaving a trace in the audit log, without keys", async () => {
    const id = await make({ bucket: store.bucket });
    await mutate("exportDelivery.deliverNow", { id, webinarId: webinar.id }, host);
    clock = Math.max(clock, Date.now()) + 1000;
    await bring();
    const rows =
      await sql`select action, details::text as details from audit where action like 'export%' and (subject = ${id} or details ->> 'scheduleId' = ${id}) order by created_at`;
    expect(rows.map(({ action }) => action)).toEqual([
      "export-delivery.created",
      "export-delivery.run-by-hand",
      "export.delivered",
    ]);
    const [stored] = await sql`select bucket::text || secret as text from export_schedules where id = ${id}`;
    expect(stored?.text).not.toContain(store.bucket.secretKey);
  });
});
