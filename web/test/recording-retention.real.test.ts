import { randomUUID } from "node:crypto";
import { acceptFacts, findWebinar, type OutboxMail } from "@rostrum/db";
import { WebinarId } from "@rostrum/protocol";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POST as recordings } from "../src/app/api/internal/recordings/route.ts";
import { composeMail } from "../src/server/mail/compose.ts";
import { deleteDueRecordings, warnOfDeletions } from "../src/server/use-cases/recording-retention.ts";
import { webinarReport } from "../src/server/use-cases/report.ts";
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

let stage: Stage;
let owner: Headers;
let webinar: Scheduled;
let joinToken: string;
let sql: postgres.Sql;
const endedAt = Date.UTC(2026, 0, 5, 11);
const after = (days: number) => new Date(endedAt + days * 86_400_000);

type Keeping = {
  days: number | null;
  preset: number | null;
  deletesAt: number | null;
  told: boolean;
  deletedAt: number | null;
};
const settings = async () =>
  (await query("replay.settings", { webinarId: webinar.id }, owner)).data as {
    keeping: Keeping;
    recording: object | null;
    tracks: object[];
  };
const mails = () =>
  sql<{ recipient: string; kind: string; payload: Record<string, string> }[]>`
    select * from mail_outbox where kind = 'recording-goes' order by created_at`;
/** A media node asks what it is to delete. */
async function ask(held: string[], gone: string[] = []): Promise<string[]> {
  const token = await stage.services.tokens.signNode({ nodeId: "egress" as never, kind: "egress" });
  const response = await recordings(
    new Request(`${publicUrl}/api/internal/recordings`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: JSON.stringify({ held, gone }),
    }),
  );
  expect(response.status).toBe(200);
  return ((await response.json()) as { deleted: string[] }).deleted;
}

beforeAll(async () => {
  stage = await openServer();
  sql = postgres(stage.database.url, { max: 1, onnotice: () => {} });
  owner = await hostHeaders(stage.services, "owner@example.test");
  webinar = await scheduleAs(owner);
  const one = await registrant(stage.services, webinar.id, "Ada");
  joinToken = one.joinToken;
  const began = new Date(endedAt - 3600_000);
  await sql`update webinars set phase = 'ended', live_at = ${began}, ended_at = ${new Date(endedAt)} where id = ${webinar.id}`;
  const common = { webinarId: WebinarId.parse(webinar.id), at: endedAt };
  await acceptFacts(stage.services.db, [
    {
      ...common,
      type: "recording.ready",
      factId: randomUUID(),
      path: `/recordings/${webinar.id}/recording.mp4`,
      durationMs: 3600_000,
      bytes: 1000,
      startedAt: began.getTime(),
      chapters: [{ startMs: 0, title: "Ada" }],
    },
  ]);
  await sql`insert into recording_tracks (id, webinar_id, participant_id, name, source, file, offset_ms, duration_ms, bytes)
    values (gen_random_uuid(), ${webinar.id}, gen_random_uuid(), 'Ada', 'camera', 'track-a.webm', 0, 1000, 1000)`;
  await sql`insert into caption_lines (id, webinar_id, starts_at, ends_at, text)
    values (gen_random_uuid(), ${webinar.id}, ${began}, ${new Date(began.getTime() + 1000)}, 'Hello')`;
  await mutate("replay.publish", { webinarId: webinar.id, published: true }, owner);
  await sql`insert into replay_spans (id, webinar_id, viewer_id, visit_id, from_ms, to_ms)
    values (gen_random_uuid(), ${webinar.id}, ${one.registration.id}, gen_random_uuid(), 0, 60000)`;
}, 30_000);
afterAll(async () => {
  await sql.end();
  await stage.close();
});

describe("a recording", () => {
  it("is kept for ever until somebody decides otherwise", async () => {
    expect((await settings()).keeping).toMatchObject({ days: null, preset: null, deletesAt: null });
    expect(await warnOfDeletions(stage.services, after(3650))).toBe(0);
    expect(await deleteDueRecordings(stage.services, after(3650))).toBe(0);
    for (const days of [0, -1, 3651, 1.5])
      expect((await mutate("privacy.setRecordings", { days }, owner)).refusal?.field, String(days)).toBe(
        "days",
      );
    expect(
      (await mutate("replay.keepLonger", { webinarId: webinar.id, days: 30 }, owner)).refusal?.code,
    ).toBe("conflict");
  });

  it("goes never before its host has had a week to object, also when its days have long passed", async () => {
    await mutate("privacy.setRecordings", { days: 30 }, owner);
    const now = after(100);
    expect(await deleteDueRecordings(stage.services, now)).toBe(0);
    expect(await warnOfDeletions(stage.services, now)).toBe(1);
    // Two jobs processes, and again.
    const more = await Promise.all([
      warnOfDeletions(stage.services, now),
      warnOfDeletions(stage.services, now),
    ]);
    expect(more).toEqual([0, 0]);
    expect(await deleteDueRecordings(stage.services, after(106.9))).toBe(0);
    const [mail] = await mails();
    expect(mail?.recipient).toBe("owner@example.test");
    const composed = await composeMail(stage.services, mail as unknown as OutboxMail);
    expect(composed.subject).toBe("The recording of “One” will be deleted on 22 April 2026");
    expect(composed.text).toContain(`${publicUrl}/console/${webinar.id}/replay`);
  });

  it("is kept as the webinar says, and longer when somebody asks, who is told again", async () => {
    // For ever; then as long again.
    await mutate("replay.keep", { webinarId: webinar.id, days: 0 }, owner);
    expect((await settings()).keeping).toMatchObject({ days: 0, preset: 30, deletesAt: null });
    expect(await deleteDueRecordings(stage.services, after(200))).toBe(0);
    await mutate("replay.keep", { webinarId: webinar.id, days: 400 }, owner);
    expect((await settings()).keeping.deletesAt).toBe(after(400).getTime());
    await mutate("replay.keepLonger", { webinarId: webinar.id, days: 30 }, owner);
    expect((await settings()).keeping.deletesAt).toBe(after(430).getTime());
    expect(await warnOfDeletions(stage.services, after(422.9))).toBe(0);
    expect(await warnOfDeletions(stage.services, after(423))).toBe(1);
    expect((await settings()).keeping.told).toBe(true);
    expect(await mails()).toHaveLength(2);
    const log =
      await sql`select details from audit where action = 'recording-retention.changed' order by created_at`;
    expect(log.map(({ details }) => details.days)).toEqual([30, 0, 400, undefined]);
  });

  it("is gone on its day, once, with all that shows it; the report stays as it was", async () => {
    const row = await findWebinar(stage.services.db, webinar.id);
    if (!row) throw new Error("no webinar");
    const report = () => webinarReport(stage.services.db, row, after(431));
    const before = await report();
    expect(before.replay).toMatchObject({ viewers: 1, watchedMs: 60_000, lengthMs: 3600_000 });
    expect(await ask([webinar.id])).toEqual([]);
    const now = after(430);
    const deleted = await Promise.all([
      deleteDueRecordings(stage.services, now),
      deleteDueRecordings(stage.services, now),
    ]);
    expect(deleted[0] + deleted[1]).toBe(1);
    expect(await report()).toEqual(before);
    const shown = await settings();
    expect(shown.recording).toBeNull();
    expect(shown.tracks).toEqual([]);
    expect(shown.keeping).toMatchObject({ deletesAt: null, deletedAt: now.getTime() });
    expect((await mutate("replay.openByLink", { joinToken })).data).toMatchObject({ state: "none" });
    expect((await mutate("replay.open", { slug: webinar.slug }, owner)).data).toMatchObject({
      state: "none",
    });
    expect((await sql`select 1 from caption_lines`).length).toBe(0);
    expect(await sql`select actor_id from audit where action = 'recording.deleted'`).toEqual([
      { actor_id: null },
    ]);
  });

  it("is deleted by the node that holds it, and by one that comes back later", async () => {
    // Nobody has said that it is gone: any node with an archive may have a copy of it.
    expect(await ask([])).toEqual([webinar.id]);
    expect(await ask([], [webinar.id])).toEqual([]);
    expect(await ask([webinar.id])).toEqual([webinar.id]);
    expect((await sql`select files_deleted_at from recordings`)[0]?.files_deleted_at).not.toBeNull();
    const refused = await recordings(
      new Request(`${publicUrl}/api/internal/recordings`, { method: "POST", body: "{}" }),
    );
    expect(refused.status).toBe(401);
  });
});
