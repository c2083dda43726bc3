import { randomUUID } from "node:crypto";
import { acceptFacts, deleteRecording, findWebinar } from "@rostrum/db";
import { programmeStatusKey, type RenderNews, RendersWanted, WebinarId } from "@rostrum/protocol";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POST as renders } from "../src/app/api/internal/renders/route.ts";
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

let stage: Stage;
let sql: postgres.Sql;
let host: Headers;
let webinar: Scheduled;

type Shown = {
  layout: string;
  state: string;
  waitsFor: string | null;
  fault: string | null;
  progress: number;
  file: { url: string; durationMs: number; bytes: number } | null;
};
const shown = async () =>
  ((await query("replay.settings", { webinarId: webinar.id }, host)).data as { renders: Shown[] }).renders;
const ask = (layout: string) => mutate("replay.render", { webinarId: webinar.id, layout }, host);
const remove = (layout: string) => mutate("replay.removeRender", { webinarId: webinar.id, layout }, host);

/** A media node tells, and hears what is wanted. */
async function exchange(news: RenderNews[] = [], node = "egress") {
  const token = await stage.services.tokens.signNode({ nodeId: node as never, kind: "egress" });
  const response = await renders(
    new Request(`${publicUrl}/api/internal/renders`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ news }),
    }),
  );
  expect(response.status).toBe(200);
  return RendersWanted.parse(await response.json()).wanted;
}

beforeAll(async () => {
  stage = await openServer();
  sql = postgres(stage.database.url, { max: 1, onnotice: () => {} });
  host = await hostHeaders(stage.services, "host@example.test");
  webinar = await scheduleAs(host);
}, 30_000);
afterAll(async () => {
  await stage.services.redis.hdel(programmeStatusKey, webinar.id);
  await sql.end();
  await stage.close();
});

describe("a recording in another layout", () => {
  it("is made of separate tracks, where there are some", async () => {
    expect((await ask("grid")).refusal?.code).toBe("conflict");
    await sql`update webinars set phase = 'ended', live_at = now() - interval '1 hour', ended_at = now() where id = ${webinar.id}`;
    const status = {
      ...{ webinarId: webinar.id, nodeId: "egress", state: "ended", publicUrl: "https://media.example.test" },
      ...{ firstFrameAt: 1, sources: 0, framesPerSecond: 0, recordingBytes: 0, destinations: [] },
      at: Date.now(),
    };
    await stage.services.redis.hset(programmeStatusKey, webinar.id, JSON.stringify(status));
    await acceptFacts(stage.services.db, [
      {
        ...{ type: "recording.ready", factId: randomUUID(), webinarId: WebinarId.parse(webinar.id) },
        ...{ path: `/recordings/${webinar.id}/recording.mp4`, durationMs: 60_000, bytes: 1000 },
        ...{ startedAt: Date.now(), chapters: [], at: Date.now() },
      },
    ]);
    expect((await ask("grid")).refusal?.message).toBe("There are no separate tracks to make it from.");
    await sql`insert into recording_tracks (id, webinar_id, participant_id, name, source, file, offset_ms, duration_ms, bytes)
      values (gen_random_uuid(), ${webinar.id}, gen_random_uuid(), 'Ada', 'camera', 'track-a.webm', 0, 1000, 1000)`;
    expect((await ask("slate")).refusal?.code).toBe("input.invalid");
  });

  it("is wanted once however often it is asked for, by one node, and shows how far it is", async () => {
    await Promise.all([ask("grid"), ask("grid")]);
    expect(await shown()).toMatchObject([{ layout: "grid", state: "waiting", waitsFor: "node", file: null }]);
    const [wish, ...others] = await exchange();
    expect(others).toEqual([]);
    expect(wish).toMatchObject({ webinarId: webinar.id, layout: "grid", desired: "made", title: "One" });
    const id = wish?.id ?? "";
    await exchange([{ id, state: "waiting", reason: "cores" }]);
    expect(await shown()).toMatchObject([{ state: "waiting", waitsFor: "cores" }]);
    await exchange([{ id, state: "making", progress: 0.4 }]);
    expect((await shown())[0]?.progress).toBeCloseTo(0.4, 5);
    expect(await shown()).toMatchObject([{ state: "making", waitsFor: null }]);
    // Another node leaves it alone while this one lives, and may have it afterwards.
    expect(await exchange([], "egress-2")).toEqual([]);
    await sql`update renders set told_at = now() - interval '1 minute'`;
    expect((await exchange([], "egress-2")).map((one) => one.id)).toEqual([id]);
    await ask("grid");
    expect((await exchange())[0]?.id).toBe(id);
    await exchange([{ id, state: "ready", durationMs: 60_000, bytes: 5_000_000 }]);
    // Told again, late, and asked again: it is there.
    await exchange([{ id, state: "making", progress: 0.9 }]);
    await ask("grid");
    expect(await exchange()).toEqual([]);
    const [made] = await shown();
    expect(made).toMatchObject({ state: "ready", file: { durationMs: 60_000, bytes: 5_000_000 } });
    const url = new URL(made?.file?.url ?? "");
    expect(url.pathname).toMatch(new RegExp(`^/recordings/${webinar.id}/[^/]+/render-grid\\.mp4$`));
  });

  it("is deleted when its node has said so, and cancelled before any has it", async () => {
    await remove("grid");
    expect(await shown()).toEqual([]);
    const [going] = await exchange();
    expect(going).toMatchObject({ layout: "grid", desired: "gone" });
    await exchange([{ id: going?.id ?? "", state: "gone" }]);
    expect(await exchange()).toEqual([]);
    expect(await sql`select 1 from renders`).toHaveLength(0);
    await ask("side");
    await remove("side");
    expect(await exchange()).toEqual([]);
    // Cancelled while it is made, and wanted again before the node has heard: the old one's news count for nothing.
    await ask("side");
    const [old] = await exchange();
    await exchange([{ id: old?.id ?? "", state: "making", progress: 0.5 }]);
    await remove("side");
    await ask("side");
    const [fresh] = await exchange([{ id: old?.id ?? "", state: "ready", durationMs: 1, bytes: 1 }]);
    expect(fresh).toMatchObject({ desired: "made" });
    expect(fresh?.id).not.toBe(old?.id);
    expect(await shown()).toMatchObject([{ state: "waiting", progress: 0, file: null }]);
  });

  it("says what went wrong, and is tried again", async () => {
    const [wish] = await exchange();
    await exchange([{ id: wish?.id ?? "", state: "failed", message: "The server's disk is full." }]);
    expect(await shown()).toMatchObject([{ state: "failed", fault: "The server's disk is full." }]);
    expect(await exchange()).toEqual([]);
    await ask("side");
    expect(await shown()).toMatchObject([{ state: "waiting", fault: null }]);
    expect(await exchange()).toHaveLength(1);
  });

  it("goes with the recording, and only a node hears what is wanted", async () => {
    const row = await findWebinar(stage.services.db, webinar.id);
    if (!row) throw new Error("no webinar");
    const { organisationId } = row;
    await deleteRecording(stage.services.db, { webinarId: webinar.id, organisationId }, new Date());
    expect(await sql`select 1 from renders`).toHaveLength(0);
    expect(await exchange()).toEqual([]);
    expect((await ask("grid")).refusal?.code).toBe("conflict");
    const request = new Request(`${publicUrl}/api/internal/renders`, { method: "POST", body: "{}" });
    expect((await renders(request)).status).toBe(401);
  });
});
