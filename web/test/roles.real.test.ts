import { randomUUID } from "node:crypto";
import { globSync } from "node:fs";
import path from "node:path";
import {
  findOrCreateUser,
  findSessionUser,
  findWebinar,
  type MemberRole,
  saveInvitation,
  type User,
} from "@rostrum/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { procedurePermissions, routePermissions } from "../src/server/permissions.ts";
import { appRouter } from "../src/server/routers/index.ts";
import { hashSecret } from "../src/server/secrets.ts";
import { guestHeader, startSession } from "../src/server/session.ts";
import { invitePanelist } from "../src/server/use-cases/invitations.ts";
import {
  attendee,
  call,
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  publicUrl,
  query,
  type Stage,
  scheduleAs,
} from "./harness.ts";

import { rolesInputs, toEndpoint } from "./roles-inputs.ts";
import { expected } from "./roles-table.ts";

type Procedure = { path: string; type: "query" | "mutation" };
type Defined = Record<string, { _def: { type: Procedure["type"]; meta?: { access: string } } }>;

const roles: User["role"][] = ["owner", "host", "moderator", "marketer", "analyst", "co-host"];
const letters: Record<User["role"], string> = {
  owner: "o",
  host: "h",
  moderator: "m",
  marketer: "k",
  analyst: "a",
  "co-host": "c",
};

const defined = appRouter._def.procedures as unknown as Defined;
const access = (name: string) => defined[name]?._def.meta?.access;
const procedures = (wanted: string): Procedure[] =>
  Object.keys(defined)
    .filter((name) => access(name) === wanted)
    .map((name) => ({ path: name, type: defined[name]?._def.type ?? "query" }));

let stage: Stage;
let members: Record<User["role"], Headers>;
let otherPanelistId: string;
let stranger: Headers;
let guest: Headers;
let webinarId: string;
let questionId: string;
let pollId: string;
let owner: User;
let keyId: string;
let endpointId: string;
let scheduleId: string;

const session = (headers: Headers) =>
  findSessionUser(stage.services.db, hashSecret((headers.cookie ?? "").split("=", 2)[1] ?? ""), new Date());

/** A member of the owner's organisation, who came by an invitation. */
async function memberHeaders(role: MemberRole): Promise<Headers> {
  const { services } = stage;
  const email = `${role}-${randomUUID()}@example.test`;
  const expiresAt = new Date(Date.now() + 60_000);
  await saveInvitation(services.db, { organisationId: owner.organisationId, email, role, expiresAt });
  const user = await findOrCreateUser(services.db, email);
  expect(user).toMatchObject({ organisationId: owner.organisationId, role });
  return { cookie: (await startSession(services, user.id, user.organisationId)).split(";", 1)[0] ?? "" };
}

/** Somebody who holds a co-host's personal link of this webinar. */
async function coHostHeaders(id: string): Promise<Headers> {
  const webinar = await findWebinar(stage.services.db, id);
  if (!webinar) throw new Error("there is no such webinar");
  const guest = { email: `${randomUUID()}@example.test`, name: "Co", role: "co-host" as const };
  const invited = await invitePanelist(stage.services, webinar, guest);
  return { [guestHeader]: invited.link.split("/").at(-1) ?? "" };
}

beforeAll(async () => {
  stage = await openServer();
  const first = await hostHeaders(stage.services, "owner@example.test");
  owner = (await session(first)) as User;
  members = {
    owner: first,
    host: await memberHeaders("host"),
    moderator: await memberHeaders("moderator"),
    marketer: await memberHeaders("marketer"),
    analyst: await memberHeaders("analyst"),
    "co-host": {},
  };
  stranger = await hostHeaders(stage.services, "stranger@example.test");
  webinarId = (await scheduleAs(first)).id;
  members["co-host"] = await coHostHeaders(webinarId);
  const pan = { id: webinarId, email: "pan@example.test", name: "Pan" };
  otherPanelistId = ((await mutate("webinar.invitePanelist", pan, first)).data as { id: string }).id;
  guest = await attendee(stage.services, webinarId);
  questionId = (
    (await mutate("question.ask", { id: randomUUID(), text: "Why?" }, guest)).data as { id: string }
  ).id;
  pollId = (
    (await mutate("poll.create", { webinarId, question: "?", options: ["a", "b"] }, first)).data as {
      id: string;
    }
  ).id;
  keyId = (
    (await mutate("integration.createKey", inputs()["integration.createKey"], first)).data as { id: string }
  ).id;
  endpointId = (
    (await mutate("integration.createEndpoint", inputs()["integration.createEndpoint"], first)).data as {
      id: string;
    }
  ).id;
  scheduleId = ((await mutate("exportDelivery.create", toEndpoint(endpointId), first)).data as { id: string })
    .id;
}, 30_000);
afterAll(() => stage.close());

const inputs = () =>
  rolesInputs({
    webinarId,
    questionId,
    pollId,
    keyId,
    endpointId,
    scheduleId,
    panelistId: otherPanelistId,
    organisationId: owner?.organisationId,
  });
/** Procedures whose input names nothing of the organisation's: a stranger does it in their own. */
const inOnesOwn = [
  "webinar.create",
  "webinar.list",
  "organisation.",
  "page.saveBrand",
  "plan.dates",
  "plan.templates",
  "plan.deleteTemplate",
  "plan.fromTemplate",
  "privacy.find",
  "privacy.export",
  "privacy.erase",
  "privacy.retention",
  "privacy.setRetention",
  "privacy.setDoubleOptIn",
  "privacy.recordings",
  "privacy.setRecordings",
  "privacy.audit",
  "integration.overview",
  "integration.createKey",
  "integration.createEndpoint",
  "integration.setEmbedOrigins",
  "exportDelivery.list",
];
/** For the end: nothing can be done with the webinar afterwards. */
const last = ["webinar.cancel", "webinar.goLive", "webinar.end"];

const inputOf = (name: string): unknown => {
  const known = inputs();
  if (name in known) return known[name];
  return name.startsWith("webinar.") ? { id: webinarId } : { webinarId };
};

describe("who may call what", () => {
  it("every procedure has an access class, and each of the hosts' an entry in both tables", () => {
    for (const name of Object.keys(defined))
      expect(["public", "host", "participant"], name).toContain(access(name));
    const hosts = procedures("host").map((procedure) => procedure.path);
    expect(Object.keys(procedurePermissions).sort()).toEqual([...hosts].sort());
    expect(Object.keys(expected).sort()).toEqual([...hosts, ...Object.keys(routePermissions)].sort());
  });

  it("signed out and as a participant nobody calls what is for hosts", async () => {
    for (const procedure of procedures("host")) {
      for (const headers of [{}, guest, { cookie: "rostrum=forged" }]) {
        const { refusal } = await call(procedure, inputOf(procedure.path), headers);
        expect(refusal?.code, procedure.path).toBe("session.required");
      }
    }
  });

  it("no member, whatever the role, calls what is for participants", async () => {
    for (const procedure of procedures("participant"))
      for (const role of roles) {
        const { refusal } = await call(procedure, {}, members[role]);
        expect(refusal?.code, `${procedure.path} as ${role}`).toBe("token.missing");
      }
  });

  it("every role calls what it may, and nothing else", async () => {
    const all = procedures("host").sort((a, b) => last.indexOf(a.path) - last.indexOf(b.path));
    for (const procedure of all)
      for (const role of roles) {
        const { refusal, status } = await call(procedure, inputOf(procedure.path), members[role]);
        const about = `${procedure.path} as ${role}: ${status} ${refusal?.code} ${refusal?.message}`;
        if (!expected[procedure.path]?.includes(letters[role]))
          expect(refusal?.code, about).toBe("permission.denied");
        else {
          expect(["session.required", "permission.denied", "input.invalid"], about).not.toContain(
            refusal?.code,
          );
          if (refusal)
            expect(["not-found", "conflict", "node.unavailable", "webinar.ended"], about).toContain(
              refusal.code,
            );
        }
      }
  }, 60_000);

  it("a co-host of another webinar finds nothing of this one, and nobody with a link that is worth nothing", async () => {
    const sister = (await scheduleAs(members.owner)).id;
    const foreign = (await scheduleAs(stranger)).id;
    for (const id of [sister, foreign]) {
      const theirs = await coHostHeaders(id);
      for (const procedure of procedures("host")) {
        const { refusal } = await call(procedure, inputOf(procedure.path), theirs);
        const may = expected[procedure.path]?.includes("c");
        expect(refusal?.code, procedure.path).toBe(may ? "not-found" : "permission.denied");
      }
      expect((await query("webinar.get", { id }, theirs)).data).toMatchObject({ id });
    }
    // The owner's cookie beside it changes nothing: the link is who calls.
    const both = { ...members.owner, ...(await coHostHeaders(sister)) };
    expect((await query("webinar.get", { id: webinarId }, both)).refusal?.code).toBe("not-found");
    const asOwner = await mutate("privacy.erase", { email: "a@b.test", confirm: "a@b.test" }, both);
    expect(asOwner.refusal?.code).toBe("permission.denied");
    for (const link of ["x", "", randomUUID()]) {
      const { refusal } = await query("webinar.get", { id: webinarId }, { [guestHeader]: link });
      expect(refusal?.code, link).toBe("session.required");
    }
  }, 60_000);

  it("another organisation's owner finds nothing of it", async () => {
    for (const procedure of procedures("host")) {
      if (inOnesOwn.some((own) => procedure.path.startsWith(own))) continue;
      const { refusal } = await call(procedure, inputOf(procedure.path), stranger);
      expect(refusal?.code, procedure.path).toBe("not-found");
    }
    const enter = await mutate("organisation.enter", { organisationId: owner.organisationId }, stranger);
    expect(enter.refusal?.code).toBe("not-found");
    const theirs = await query("organisation.members", undefined, stranger);
    expect((theirs.data as { members: unknown[] }).members).toHaveLength(1);
    const out = await mutate("organisation.remove", { userId: owner.id }, stranger);
    expect(out.refusal?.code).toBe("not-found");
  });
});

/** Addresses that are not for hosts, and who they are for. */
const otherRoutes = [
  "GET /api/exports/[token]",
  "GET /api/health",
  "GET /api/ready",
  "POST /api/auth/consume",
  "POST /api/unsubscribe/[token]",
  "POST /api/captions",
  "POST /api/mail/events",
  "POST /api/internal/encoders",
  "GET /api/internal/metrics",
  "GET /api/internal/rooms/[webinarId]/snapshot",
  "POST /api/internal/recordings",
  "POST /api/internal/renders",
];
type Handler = (request: Request, context: { params: Promise<Record<string, string>> }) => Promise<Response>;

/** What an address takes. */
const bodies: Record<string, string> = {
  "POST /api/webinars/[webinarId]/registrations/import": "email,name\n",
  "PUT /api/webinars/[webinarId]/captions/[file]": "WEBVTT\n\n00:01.000 --> 00:02.000\nGood morning.\n",
};
/** What is answered to a call that brings nothing. */
const unfed: Record<string, number> = { "POST /api/pictures": 400 };

describe("addresses that are no procedures", () => {
  const root = path.join(import.meta.dirname, "../src/app");
  const files = globSync("api/**/route.ts", { cwd: root });

  async function routes(): Promise<Map<string, Handler>> {
    const found = new Map<string, Handler>();
    for (const file of files) {
      const loaded = (await import(path.join(root, file))) as Record<string, unknown>;
      for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"])
        if (loaded[method]) found.set(`${method} /${path.dirname(file)}`, loaded[method] as Handler);
    }
    return found;
  }

  it("are in the table or known to be for somebody else, and every role opens what it may", async () => {
    const found = await routes();
    expect([...found.keys()].sort()).toEqual([...Object.keys(routePermissions), ...otherRoutes].sort());
    for (const route of Object.keys(routePermissions)) {
      const handler = found.get(route) as Handler;
      const ask = (headers: Headers) =>
        handler(
          new Request(`${publicUrl}/`, {
            method: route.split(" ")[0] ?? "GET",
            headers: { ...headers, "content-type": "text/csv" },
            ...(bodies[route] ? { body: bodies[route] } : {}),
          }),
          {
            params: Promise.resolve({
              webinarId,
              file: route.includes("captions") ? "captions.vtt" : "registrants.csv",
            }),
          },
        );
      for (const role of roles) {
        const { status } = await ask(members[role]);
        expect(status, `${route} as ${role}`).toBe(
          expected[route]?.includes(letters[role]) ? (unfed[route] ?? 200) : 403,
        );
      }
      // What names nothing of the organisation's is the stranger's own.
      expect((await ask(stranger)).status, route).toBe(route.includes("[") ? 404 : (unfed[route] ?? 200));
      expect((await ask({})).status, route).toBe(401);
      expect((await ask(guest)).status, route).toBe(401);
    }
  }, 30_000);
});
