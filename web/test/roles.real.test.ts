import { randomUUID } from "node:crypto";
import { globSync } from "node:fs";
import path from "node:path";
import { findOrCreateUser, findSessionUser, type MemberRole, saveInvitation, type User } from "@rostrum/db";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { procedurePermissions, routePermissions } from "../src/server/permissions.ts";
import { appRouter } from "../src/server/routers/index.ts";
import { hashSecret } from "../src/server/secrets.ts";
import { startSession } from "../src/server/session.ts";
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
  schedule,
  scheduleAs,
} from "./harness.ts";

import { expected } from "./roles-table.ts";

type Procedure = { path: string; type: "query" | "mutation" };
type Defined = Record<string, { _def: { type: Procedure["type"]; meta?: { access: string } } }>;

const roles: MemberRole[] = ["owner", "host", "moderator", "marketer", "analyst"];
const letters: Record<MemberRole, string> = {
  owner: "o",
  host: "h",
  moderator: "m",
  marketer: "k",
  analyst: "a",
};

const defined = appRouter._def.procedures as unknown as Defined;
const access = (name: string) => defined[name]?._def.meta?.access;
const procedures = (wanted: string): Procedure[] =>
  Object.keys(defined)
    .filter((name) => access(name) === wanted)
    .map((name) => ({ path: name, type: defined[name]?._def.type ?? "query" }));

let stage: Stage;
let members: Record<MemberRole, Headers>;
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
  };
  stranger = await hostHeaders(stage.services, "stranger@example.test");
  webinarId = (await scheduleAs(first)).id;
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
  scheduleId = ((await mutate("exportDelivery.create", toEndpoint(), first)).data as { id: string }).id;
}, 30_000);
afterAll(() => stage.close());

/** Something each procedure takes. */
const inputs = (): Record<string, unknown> => ({
  "webinar.create": { ...schedule },
  "webinar.update": { id: webinarId, ...schedule, description: "" },
  "webinar.setMails": { id: webinarId, reminders: [60], followUp: null },
  "webinar.setLayout": { id: webinarId, layout: "grid" },
  "webinar.invitePanelist": { id: webinarId, email: `${randomUUID()}@example.test`, name: "Pan" },
  "registration.setRules": {
    webinarId,
    registrationLimit: null,
    waitlist: true,
    approval: "approve",
    allowedDomains: [],
    blockedDomains: [],
    consentText: "",
  },
  "registration.saveForm": { webinarId, fields: [] },
  "registration.decide": { webinarId, ids: [randomUUID()], decision: "approve" },
  "attendance.admitHost": { webinarId },
  "question.answer": { webinarId, questionId },
  "question.dismiss": { webinarId, questionId },
  "poll.create": { webinarId, question: "?", options: ["a", "b"] },
  "poll.open": { pollId },
  "poll.close": { pollId },
  "hand.dismiss": { webinarId, participantId: randomUUID() },
  "hand.invite": { webinarId, participantId: randomUUID() },
  "page.save": { webinarId, page: emptyPage, visibility: "public", locale: "en" },
  "page.saveBrand": { accent: null, logo: null },
  "plan.dates": { startsAt: new Date(), timeZone: "UTC", repeat: weekly },
  "plan.repeat": { id: webinarId, repeat: weekly, choice: "all" },
  "plan.series": { id: webinarId },
  "plan.setChoice": { id: webinarId, choice: "one" },
  "plan.changeFollowing": { id: webinarId, ...details },
  "plan.cancelFollowing": { id: webinarId },
  "plan.clone": { id: webinarId, title: "A copy", startsAt: new Date(), take: [] },
  "plan.templates": undefined,
  "plan.saveTemplate": { id: webinarId, name: "Weekly" },
  "plan.deleteTemplate": { templateId: randomUUID() },
  "plan.fromTemplate": { templateId: randomUUID(), ...details },
  "mail.preview": { webinarId, kind: "confirmation", words },
  "mail.saveText": { webinarId, kind: "confirmation", words },
  "mail.sendTest": { webinarId, kind: "confirmation", words },
  "mail.timeline": { webinarId, registrationId: randomUUID() },
  "encoder.list": { id: webinarId },
  "encoder.create": { id: webinarId, name: "OBS" },
  "encoder.renewKey": { id: webinarId, encoderId: randomUUID() },
  "encoder.revoke": { id: webinarId, encoderId: randomUUID() },
  "caption.edit": { webinarId, id: randomUUID(), text: "Good morning." },
  "replay.change": {
    webinarId,
    access: "registered",
    availableFrom: null,
    availableUntil: null,
    trimStartMs: 0,
    trimEndMs: null,
    showConversation: true,
    foundChapters: true,
  },
  "replay.publish": { webinarId, published: false },
  "replay.mark": { webinarId, id: randomUUID(), title: "Questions", atMs: 1000 },
  "replay.unmark": { webinarId, id: randomUUID() },
  "privacy.find": { email: "nobody@example.test" },
  "privacy.export": { email: "nobody@example.test" },
  "privacy.erase": { email: "nobody@example.test", confirm: "nobody@example.test" },
  "privacy.retention": undefined,
  "privacy.setRetention": { days: 365 },
  "privacy.setWebinarRetention": { webinarId, days: 365 },
  "privacy.audit": {},
  "organisation.mine": undefined,
  "organisation.enter": { organisationId: owner.organisationId },
  "organisation.rename": { name: "Acme" },
  "organisation.members": undefined,
  "organisation.invite": { email: `${randomUUID()}@example.test`, role: "analyst" },
  "organisation.withdraw": { id: randomUUID() },
  "organisation.setRole": { userId: randomUUID(), role: "host" },
  "organisation.remove": { userId: randomUUID() },
  "webinar.list": undefined,
  "campaignLink.create": { webinarId, name: "News", source: "news" },
  "campaignLink.remove": { webinarId, id: randomUUID() },
  "integration.overview": undefined,
  "integration.createKey": { name: "CRM", scopes: ["webinars:read"] },
  "integration.revokeKey": { id: keyId },
  "integration.createEndpoint": { url: "https://crm.example/", events: ["registration.created"] },
  "integration.changeEndpoint": {
    id: endpointId,
    url: "https://crm.example/",
    events: ["registration.created"],
    enabled: true,
  },
  "integration.removeEndpoint": { id: endpointId },
  "integration.revealSecret": { id: endpointId },
  "integration.rotateSecret": { id: endpointId },
  "integration.ping": { id: endpointId },
  "integration.deliveries": { endpointId },
  "integration.delivery": { endpointId, id: randomUUID() },
  "integration.redeliver": { endpointId, id: randomUUID() },
  "exportDelivery.list": undefined,
  "exportDelivery.create": toEndpoint(),
  "exportDelivery.change": { ...toEndpoint(), id: scheduleId, enabled: true },
  "exportDelivery.remove": { id: scheduleId },
  "exportDelivery.test": { id: scheduleId },
  "exportDelivery.deliverNow": { id: scheduleId, webinarId },
  "exportDelivery.runs": { id: scheduleId },
  "integration.setEmbedOrigins": { origins: ["https://www.example.com"] },
});
const toEndpoint = () => ({
  name: "Warehouse",
  webinarId: null,
  endpointId,
  bucket: null,
  files: [{ kind: "attendance", layout: "tidy", format: "csv" }],
  hoursAfterEnd: 1,
  dailyMinute: null,
});
const weekly = { every: "week", count: 2 };
const details = {
  title: "Another",
  description: "",
  startsAt: new Date(),
  durationMinutes: 30,
  timeZone: "UTC",
};
const words = { subject: "Hello", heading: "Hello", body: "Hello.", action: "" };
const emptyPage = { accent: null, logo: null, cover: null, speakers: [], agenda: [] };
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
  "POST /api/internal/encoders",
  "GET /api/internal/metrics",
  "GET /api/internal/rooms/[webinarId]/snapshot",
  "POST /api/internal/facts",
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
