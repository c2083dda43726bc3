import { randomUUID } from "node:crypto";
import { findWebinar } from "@rostrum/db";
import { Lease } from "@rostrum/platform";
import { Admission, type NodeHeartbeat, type NodeKind } from "@rostrum/protocol";
import postgres from "postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { guestHeader } from "../src/server/session.ts";
import { invitePanelist } from "../src/server/use-cases/invitations.ts";
import { hostHeaders, mutate, openServer, query, roomHeaders, type Stage, scheduleAs } from "./harness.ts";

let server: Stage;
const suffix = randomUUID().slice(0, 8);
const [first, second, edge] = [`origin-a-${suffix}`, `origin-b-${suffix}`, `edge-${suffix}`] as const;

async function announce(kind: NodeKind, nodeId: string): Promise<void> {
  const { registry, scope } = server.services;
  const beat = (): NodeHeartbeat => ({
    nodeId,
    kind,
    epoch: randomUUID(),
    region: "local",
    publicUrl: "http://127.0.0.1:1",
    internalUrl: "http://127.0.0.1:1",
    draining: false,
    capacity: 10,
    load: { peers: 0, consumers: 0, workerCpu: 0, eventLoopDelayMs: 0 },
    webinars: {},
    at: Date.now(),
  });
  registry.announce(scope, beat, 100);
  while (!(await registry.list(kind)).some((node) => node.nodeId === nodeId))
    await new Promise((resolve) => setTimeout(resolve, 20));
}

beforeAll(async () => {
  server = await openServer();
  await Promise.all([announce("origin", first), announce("origin", second), announce("edge", edge)]);
});
afterAll(() => server.close());

it("a panelist goes to the owner of the stage, and past it once when it was lost", async () => {
  const { services } = server;
  const { id } = await scheduleAs(await hostHeaders(services, "stage-access@example.test"));
  const webinar = await findWebinar(services.db, id);
  if (!webinar) throw new Error("no webinar");
  const { link } = await invitePanelist(services, webinar, { name: "Hedy", email: "hedy@example.test" });
  const joinToken = link.split("/").at(-1);
  const stageOf = async (excludeEdges: string[]): Promise<string | undefined> => {
    const { data } = await mutate("attendance.admit", { joinToken, excludeEdges });
    return Admission.parse(data).stage?.nodeId;
  };
  const key = `lease:stage:${id}`;
  for (const owner of [first, second]) {
    const scope = services.scope.child(owner);
    const lease = await Lease.take({ redis: services.redis, key, holder: owner, ttlMs: 60_000, scope });
    expect(lease).toBeDefined();
    expect(await stageOf([])).toBe(owner);
    expect(await stageOf([owner])).not.toBe(owner);
    // Nobody else is left: better the lost one than none.
    expect(await stageOf([first, second])).toBe(owner);
    await scope.close("done");
  }
});

/** The link of the newest mail to an address. */
async function mailedLink(sql: postgres.Sql, email: string): Promise<string> {
  const [mail] =
    await sql`select kind, payload from mail_outbox where recipient = ${email} order by created_at desc limit 1`;
  return String(mail?.payload.link).split("/").at(-1) ?? "";
}

it("somebody invited accepts, declines, gets another link, and leaves when it is taken back", async () => {
  const { services } = server;
  const sql = postgres(server.database.url, { max: 1, onnotice: () => {} });
  const host = await hostHeaders(services, "inviter@example.test");
  const { id } = await scheduleAs(host);
  const email = "co@example.test";
  const invite = async (role: string) =>
    (await mutate("webinar.invitePanelist", { id, email: ` ${email.toUpperCase()}`, name: "Co", role }, host))
      .data as {
      id: string;
    };
  const state = async () => {
    const { data } = await query("webinar.panelists", { id }, host);
    return (data as { name: string; role: string; state: string }[]).map((one) => `${one.role} ${one.state}`);
  };
  const admit = async (joinToken: string) => mutate("attendance.admit", { joinToken });
  const answer = async (joinToken: string, accept: boolean) =>
    (await mutate("attendance.answerInvitation", { joinToken, accept })).data;

  await invite("panelist");
  const asPanelist = await mailedLink(sql, email);
  expect(await state()).toEqual(["panelist invited"]);
  expect(await answer(asPanelist, false)).toEqual({ invitation: "declined" });
  expect(await state()).toEqual(["panelist declined"]);
  expect((await admit(asPanelist)).refusal?.code).toBe("permission.denied");
  expect(await answer(asPanelist, true)).toEqual({ invitation: "accepted" });
  expect((await admit(asPanelist)).data).toMatchObject({ role: "panelist" });

  // The same person, as a co-host: the link before is worth nothing.
  await invite("co-host");
  const asCoHost = await mailedLink(sql, email);
  expect((await admit(asPanelist)).refusal?.code).toBe("token.invalid");
  expect(await state()).toEqual(["co-host accepted"]);
  const preview = (await query("attendance.preview", { joinToken: asCoHost })).data;
  expect(preview).toMatchObject({ stage: { coHost: true, invitation: "accepted" } });
  const { data } = await admit(asCoHost);
  const admission = Admission.parse(data);
  expect(admission.role).toBe("host");
  const acting = { [guestHeader]: asCoHost };
  expect((await mutate("webinar.setLayout", { id, layout: "grid" }, acting)).refusal).toBeUndefined();
  expect((await query("auth.session", undefined, acting)).data).toMatchObject({
    role: "co-host",
    permissions: ["webinar.view", "webinar.run", "room.moderate"],
  });

  const panelistId = admission.participantId;
  await mutate("webinar.resendInvitation", { id, panelistId }, host);
  const again = await mailedLink(sql, email);
  expect((await query("webinar.get", { id }, acting)).refusal?.code).toBe("session.required");
  expect((await query("webinar.get", { id }, { [guestHeader]: again })).refusal).toBeUndefined();

  await mutate("webinar.revokeInvitation", { id, panelistId }, host);
  expect(await state()).toEqual(["co-host revoked"]);
  expect((await admit(again)).refusal?.code).toBe("token.invalid");
  expect((await query("webinar.get", { id }, { [guestHeader]: again })).refusal?.code).toBe(
    "session.required",
  );
  // Media nodes put them out, and what they hold from before opens nothing.
  expect([...(await services.removed.list(id))]).toEqual([panelistId]);
  const room = await roomHeaders(services, { webinarId: id, participantId: panelistId, role: "host" });
  expect((await mutate("chat.post", { id: randomUUID(), text: "Still here" }, room)).refusal?.code).toBe(
    "token.invalid",
  );
  expect((await mutate("webinar.resendInvitation", { id, panelistId }, host)).refusal?.code).toBe("conflict");

  // Invited anew it is another person on stage, who may come.
  const anew = await invite("panelist");
  expect(anew.id).not.toBe(panelistId);
  expect((await admit(await mailedLink(sql, email))).data).toMatchObject({ role: "panelist" });
  expect(await state()).toEqual(["co-host revoked", "panelist accepted"]);
  const seen = await sql`select action from audit where subject = ${panelistId} order by created_at`;
  expect(seen.map(({ action }) => action)).toEqual(["invitation.sent-again", "invitation.revoked"]);
  await sql.end();
}, 30_000);
