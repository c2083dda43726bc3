import { findOrCreateUser, findSessionUser, saveInvitation, type User } from "@rostrum/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hashSecret } from "../src/server/secrets.ts";
import { startSession } from "../src/server/session.ts";
import { type Headers, hostHeaders, mutate, openServer, query, type Stage } from "./harness.ts";

let stage: Stage;
let boss: Headers;
let acme: User;

const session = (headers: Headers) =>
  findSessionUser(stage.services.db, hashSecret((headers.cookie ?? "").split("=", 2)[1] ?? ""), new Date());

beforeAll(async () => {
  stage = await openServer();
  boss = await hostHeaders(stage.services, "boss@example.test");
  acme = (await session(boss)) as User;
});
afterAll(() => stage.close());

describe("members", () => {
  it("join by the mailed link, change roles, and leave; the last owner stays", async () => {
    const boss = await hostHeaders(stage.services, "leaving@example.test");
    const email = "New.Person@example.test";
    expect((await mutate("organisation.invite", { email, role: "analyst" }, boss)).status).toBe(200);
    const before = (await query("organisation.members", undefined, boss)).data as {
      members: { userId: string; role: string }[];
      invited: { email: string }[];
    };
    expect(before.invited).toMatchObject([{ email: "new.person@example.test", role: "analyst" }]);
    const user = await findOrCreateUser(stage.services.db, email);
    expect(user.role).toBe("analyst");
    const again = await mutate("organisation.invite", { email, role: "host" }, boss);
    expect(again.refusal).toMatchObject({ code: "conflict", field: "email" });
    const self = before.members[0]?.userId as string;
    for (const leave of [
      mutate("organisation.remove", { userId: self }, boss),
      mutate("organisation.setRole", { userId: self, role: "host" }, boss),
    ])
      expect((await leave).refusal).toMatchObject({ code: "conflict", field: "role" });
    expect((await mutate("organisation.setRole", { userId: user.id, role: "owner" }, boss)).status).toBe(200);
    // Two owners, and both go at once: one stays.
    const other = { cookie: (await startSession(stage.services, user.id)).split(";", 1)[0] ?? "" };
    const left = await Promise.all([
      mutate("organisation.remove", { userId: self }, other),
      mutate("organisation.remove", { userId: user.id }, boss),
    ]);
    expect(left.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it("work in the organisation they choose, and lose it with the membership", async () => {
    const home = await hostHeaders(stage.services, "both@example.test");
    const own = (await session(home)) as User;
    const expiresAt = new Date(Date.now() + 60_000);
    const { organisationId } = acme;
    await saveInvitation(stage.services.db, {
      organisationId,
      email: own.email,
      role: "marketer",
      expiresAt,
    });
    expect(await findOrCreateUser(stage.services.db, own.email)).toMatchObject({
      organisationId,
      role: "marketer",
    });
    expect(await session(home)).toMatchObject({ organisationId: own.organisationId, role: "owner" });
    expect((await mutate("organisation.enter", { organisationId }, home)).status).toBe(200);
    expect(await session(home)).toMatchObject({ organisationId, role: "marketer" });
    expect((await mutate("organisation.remove", { userId: own.id }, boss)).status).toBe(200);
    expect(await session(home)).toMatchObject({ organisationId: own.organisationId, role: "owner" });
  });

  it("who left every organisation gets one of their own at the next sign-in", async () => {
    const email = "lost@example.test";
    const expiresAt = new Date(Date.now() + 60_000);
    await saveInvitation(stage.services.db, {
      organisationId: acme.organisationId,
      email,
      role: "host",
      expiresAt,
    });
    const user = await findOrCreateUser(stage.services.db, email);
    await mutate("organisation.remove", { userId: user.id }, boss);
    const back = await findOrCreateUser(stage.services.db, email);
    expect(back).toMatchObject({ id: user.id, role: "owner" });
    expect(back.organisationId).not.toBe(acme.organisationId);
  });
});
