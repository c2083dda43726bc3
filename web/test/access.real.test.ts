import { randomUUID } from "node:crypto";
import { acceptFacts } from "@rostrum/db";
import { programmeStatusKey, replaySubject, roomLogKey, WebinarId } from "@rostrum/protocol";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { MediaGrant } from "../src/server/programmes.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  query,
  registrant,
  roomHeaders,
  type Scheduled,
  type Stage,
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let host: Headers;
let webinar: Scheduled;
let sql: postgres.Sql;
const programmes: string[] = [];

type Grant = MediaGrant & { url: string | null };

/** A registrant who is in the room, with everything they could have kept. */
async function watcher(name: string) {
  const { registration, joinToken } = await registrant(stage.services, webinar.id, name);
  const { id } = registration;
  const headers = await roomHeaders(stage.services, { webinarId: webinar.id, participantId: id, name });
  await acceptFacts(stage.services.db, [
    {
      type: "attendance.opened",
      factId: randomUUID(),
      intervalId: randomUUID(),
      webinarId: WebinarId.parse(webinar.id),
      participantId: id as never,
      admissionId: randomUUID() as never,
      role: "attendee",
      delivery: "hls",
      nodeId: `edge-1/${randomUUID()}`,
      at: Date.now(),
    },
  ]);
  return { id, joinToken, headers, name, email: registration.email };
}
const playlist = async (headers: Headers) => await query("attendance.playlist", undefined, headers);
const grantOf = async (headers: Headers) => (await playlist(headers)).data as Grant;
const host2 = (path: string, input: unknown) => mutate(path, input, host);
const removeThem = (registrationId: string, back = false) =>
  host2(back ? "attendance.letBack" : "attendance.remove", { webinarId: webinar.id, registrationId });
const present = async () =>
  (await query("attendance.present", { webinarId: webinar.id }, host)).data as {
    people: { id: string; name: string; removedAt: number | null }[];
    total: number;
  };
/** What the room was told about who left. */
async function told(): Promise<string[]> {
  const raw = await stage.services.events.read(roomLogKey(webinar.id), { epoch: await epoch(), seq: 0 });
  if (raw === "gap") throw new Error("the log has a gap");
  return raw.flatMap(({ event: { body } }) =>
    body.type === "participant.removed" ? [body.participantId] : [],
  );
}
const epoch = async () => (await stage.services.events.position(roomLogKey(webinar.id))).epoch;

async function running(webinarId: string): Promise<void> {
  programmes.push(webinarId);
  await stage.services.redis.hset(
    programmeStatusKey,
    webinarId,
    JSON.stringify({
      webinarId,
      nodeId: "egress",
      state: "running",
      publicUrl: "http://127.0.0.1:4430",
      firstFrameAt: Date.now(),
      sources: 1,
      framesPerSecond: 30,
      recordingBytes: 0,
      destinations: [],
      at: Date.now(),
    }),
  );
}

beforeAll(async () => {
  stage = await openServer();
  sql = postgres(stage.database.url, { max: 1, onnotice: () => {} });
  host = await hostHeaders(stage.services, "host@example.test");
  webinar = await scheduleAs(host);
  await mutate("webinar.goLive", { id: webinar.id }, host);
  await running(webinar.id);
}, 30_000);
afterAll(async () => {
  for (const id of programmes) await stage.services.redis.hdel(programmeStatusKey, id);
  await stage.services.redis.del(roomLogKey(webinar.id));
  await sql.end();
  await stage.close();
});

describe("access to the broadcast", () => {
  it("is the same for everybody of the moment, and over within two minutes", async () => {
    const [ada, bob] = [await watcher("Ada"), await watcher("Bob")];
    let grants = [await grantOf(ada.headers), await grantOf(bob.headers)];
    // A boundary may lie between the two.
    if (grants[0]?.accesses.length !== grants[1]?.accesses.length)
      grants = [await grantOf(ada.headers), await grantOf(bob.headers)];
    expect(grants[0]?.accesses).toEqual(grants[1]?.accesses);
    const { accesses, url, nowMs } = grants[0] as Grant;
    expect(url).toContain(`/hls/${webinar.id}/${accesses[0]?.access}/index.m3u8`);
    for (const { access, untilMs } of accesses) {
      expect(untilMs - nowMs).toBeLessThanOrEqual(120_000);
      expect(stage.services.tokens.verifyHlsAccess(webinar.id, access, untilMs - 1000)).toBe(true);
      expect(stage.services.tokens.verifyHlsAccess(webinar.id, access, untilMs + 1000)).toBe(false);
      // Of this webinar's broadcast, and of nothing else.
      expect(stage.services.tokens.verifyHlsAccess(replaySubject(webinar.id, "0-end"), access, nowMs)).toBe(
        false,
      );
    }
  });

  it("ends for somebody whom a host removes, with all they kept, until they are let back in", async () => {
    const eve = await watcher("Eve");
    expect((await grantOf(eve.headers)).url).not.toBeNull();
    expect((await present()).people.map(({ name }) => name)).toContain("Eve");
    expect((await removeThem(eve.id)).data).toEqual({ removed: true });
    for (const refused of [
      await playlist(eve.headers),
      await mutate("chat.post", { id: randomUUID(), text: "Still here" }, eve.headers),
      await mutate("attendance.admit", { joinToken: eve.joinToken }),
      await query("attendance.preview", { joinToken: eve.joinToken }),
      await mutate("replay.openByLink", { joinToken: eve.joinToken }),
    ]) {
      expect(refused.refusal?.code).toBe("permission.denied");
      expect(refused.refusal?.message).toBe("The host has removed you from this webinar.");
    }
    // Media nodes are told, and know when she comes by another way.
    expect(await told()).toEqual([eve.id]);
    expect(await stage.services.removed.list(webinar.id)).toContain(eve.id);
    expect((await present()).people[0]).toMatchObject({ id: eve.id, removedAt: expect.any(Number) });
    // Registering again with the address gives the same registration, which stays out.
    await mutate("registration.submit", { slug: webinar.slug, name: "Eve", email: eve.email });
    expect((await mutate("attendance.admit", { joinToken: eve.joinToken })).refusal?.code).toBe(
      "permission.denied",
    );
    // Again changes nothing, and is one line of the log.
    await removeThem(eve.id);
    expect((await removeThem(eve.id, true)).data).toEqual({ removed: false });
    expect((await grantOf(eve.headers)).url).not.toBeNull();
    expect(await stage.services.removed.list(webinar.id)).not.toContain(eve.id);
    // No edge runs here: to be refused for that means the door was open.
    expect((await mutate("attendance.admit", { joinToken: eve.joinToken })).refusal?.code).toBe(
      "node.unavailable",
    );
    const audit =
      await sql`select action, details from audit where action like 'attendee.%' order by created_at`;
    expect(audit.map(({ action }) => action)).toEqual(["attendee.removed", "attendee.let-back"]);
    expect(JSON.stringify(audit)).not.toMatch(/example\.test|Eve/);
    expect(audit[0]?.details.person).toMatch(/^person-[0-9a-f]{12}$/);
  });

  it("ends with a registration that is cancelled, turned away or erased", async () => {
    const [cancelled, denied, erased, stays] = [
      await watcher("Cy"),
      await watcher("Di"),
      await watcher("Er"),
      await watcher("St"),
    ];
    await mutate("registration.cancel", { token: cancelled.joinToken });
    await host2("registration.decide", { webinarId: webinar.id, ids: [denied.id], decision: "deny" });
    expect(await told()).toEqual(expect.arrayContaining([cancelled.id, denied.id]));
    await host2("privacy.erase", { email: erased.email, confirm: erased.email });
    for (const { headers, name } of [cancelled, denied, erased])
      expect((await playlist(headers)).refusal?.code, name).toBe("token.invalid");
    expect((await playlist(stays.headers)).status).toBe(200);
    expect([...(await stage.services.removed.list(webinar.id))].sort()).toEqual(
      [cancelled.id, denied.id, erased.id].sort(),
    );
    // Approved after all.
    await host2("registration.decide", { webinarId: webinar.id, ids: [denied.id], decision: "approve" });
    expect((await playlist(denied.headers)).status).toBe(200);
    expect(await stage.services.removed.list(webinar.id)).not.toContain(denied.id);
  });

  it("is nobody else's to take away", async () => {
    const fay = await watcher("Fay");
    const stranger = await hostHeaders(stage.services, "stranger@example.test");
    const other = await scheduleAs(stranger);
    const order = { registrationId: fay.id };
    expect((await mutate("attendance.remove", { webinarId: webinar.id, ...order }, stranger)).status).toBe(
      404,
    );
    expect((await mutate("attendance.remove", { webinarId: other.id, ...order }, stranger)).status).toBe(404);
    expect((await mutate("attendance.remove", { webinarId: webinar.id, ...order }, fay.headers)).status).toBe(
      401,
    );
    expect((await playlist(fay.headers)).status).toBe(200);
  });
});

describe("access to a replay", () => {
  it("is renewed for who may watch what is published, and for nobody else", async () => {
    const over = await scheduleAs(host, { title: "Over" });
    const { registration, joinToken } = await registrant(stage.services, over.id, "Gus");
    const began = new Date(Date.now() - 600_000);
    await sql`update webinars set phase = 'ended', live_at = ${began}, ended_at = ${new Date()} where id = ${over.id}`;
    await running(over.id);
    await acceptFacts(stage.services.db, [
      {
        type: "recording.ready",
        factId: randomUUID(),
        webinarId: WebinarId.parse(over.id),
        path: `/recordings/${over.id}/recording.mp4`,
        durationMs: 600_000,
        bytes: 1000,
        startedAt: began.getTime(),
        chapters: [],
        at: began.getTime(),
      },
    ]);
    const preview = { webinarId: over.id, pass: null, range: "0-end" };
    expect((await mutate("replay.renew", preview, host)).status).toBe(200);
    expect((await mutate("replay.renew", preview)).refusal?.code).toBe("permission.denied");
    await host2("replay.publish", { webinarId: over.id, published: true });
    const { data } = await mutate("replay.openByLink", { joinToken });
    const { viewer, media } = data as {
      viewer: { pass: string };
      media: { playlist: string; grant: MediaGrant };
    };
    expect(media.playlist).toContain(`/0-end/${media.grant.accesses[0]?.access}/`);
    const wish = { webinarId: over.id, pass: viewer.pass, range: "0-end" };
    const { accesses, nowMs } = (await mutate("replay.renew", wish)).data as MediaGrant;
    for (const { untilMs } of accesses) expect(untilMs - nowMs).toBeLessThanOrEqual(420_000);
    // Another part of it than what is published, and a pass for another webinar.
    expect((await mutate("replay.renew", { ...wish, range: "0-1000" })).refusal?.code).toBe("conflict");
    expect((await mutate("replay.renew", { ...wish, webinarId: webinar.id })).refusal?.code).toBe(
      "permission.denied",
    );
    const order = { webinarId: over.id, registrationId: registration.id };
    await host2("attendance.remove", order);
    expect((await mutate("replay.renew", wish)).refusal?.message).toBe(
      "The host has removed you from this webinar.",
    );
    expect((await mutate("replay.openByLink", { joinToken })).refusal?.code).toBe("permission.denied");
    await host2("attendance.letBack", order);
    expect((await mutate("replay.renew", wish)).status).toBe(200);
    await host2("replay.publish", { webinarId: over.id, published: false });
    expect((await mutate("replay.renew", wish)).refusal?.code).toBe("permission.denied");
  });
});
