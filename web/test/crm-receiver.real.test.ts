import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { acceptFacts, cancelRegistration } from "@rostrum/db";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { wrapUpWebinars } from "../src/jobs/wrap-up.ts";
import { seating } from "../src/server/seating.ts";
import { type Headers, hostHeaders, mutate, openServer, query, type Stage, scheduleAs } from "./harness.ts";
import { addEndpoint, deliverAll, deliverer } from "./webhook-world.ts";

type Call = { method: string; path: string; token: string; body: Record<string, never> };
type Options = {
  secrets: string[];
  crm: string;
  url: string;
  token: string;
  campaigns?: Record<string, string>;
};
const example = path.join(import.meta.dirname, "../../docs/examples/crm-receiver.mjs");
const { createCrmReceiver } = (await import(pathToFileURL(example).href)) as {
  createCrmReceiver: (options: Options) => Server;
};

let stage: Stage;
let host: Headers;
const servers: Server[] = [];
beforeAll(async () => {
  stage = await openServer();
  host = await hostHeaders(stage.services, "host@example.test");
});
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
afterAll(() => stage.close());

async function open(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
}

/** What the CRM is asked to do; it is away until it is told otherwise. */
async function openCrm(): Promise<{ url: string; calls: Call[]; away: { now: boolean } }> {
  const calls: Call[] = [];
  const away = { now: false };
  const url = await open(
    createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      if (away.now) return response.writeHead(503).end();
      calls.push({
        method: request.method ?? "",
        path: request.url ?? "",
        token: request.headers.authorization ?? "",
        body: JSON.parse(Buffer.concat(chunks).toString("utf8")),
      });
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    }),
  );
  return { url, calls, away };
}

const events = ["registration.created", "registration.cancelled", "attendance.joined", "attendance.finished"];

/** Ada registers by a campaign and comes, Bob cancels, Cy does not come. */
async function story(crm: string, campaigns: (slug: string) => Record<string, string>) {
  const { url, calls, away } = await openCrm();
  const { id, slug } = await scheduleAs(host, { title: "Launch" });
  const options: Options = { secrets: [], crm, url, token: "crm-token", campaigns: campaigns(slug) };
  const endpoint = await addEndpoint(host, `${await open(createCrmReceiver(options))}/`, events);
  options.secrets.push(endpoint.secret);
  const utm = { utm_source: "news", utm_campaign: "spring" };
  for (const [email, name] of [
    ["Ada@Example.test", "Ada King Lovelace"],
    ["bob@example.test", "Bob"],
    ["cy@example.test", "Cy Young"],
  ])
    await mutate("registration.submit", { slug, email, name, utm });
  const at = deliverer(stage);
  away.now = true;
  at.clock.ms += 1000;
  await deliverAll(at);
  expect(calls).toEqual([]);
  away.now = false;
  const { rows } = (await query("registration.list", { webinarId: id }, host)).data as {
    rows: { id: string; email: string }[];
  };
  const idOf = (email: string) => rows.find((row) => row.email === email)?.id ?? "";
  await mutate("webinar.goLive", { id }, host);
  const stay = { intervalId: randomUUID(), webinarId: id, participantId: idOf("Ada@Example.test") };
  const now = Date.now();
  await acceptFacts(stage.services.db, [
    {
      factId: randomUUID(),
      type: "attendance.opened",
      at: now,
      ...stay,
      admissionId: randomUUID(),
      role: "attendee",
      delivery: "hls",
      nodeId: "edge/1",
    },
    { factId: randomUUID(), type: "attendance.closed", at: now + 5, ...stay, reason: "left" },
  ] as never);
  await stage.database.db.transaction(async (tx) => {
    await cancelRegistration(
      tx,
      { webinarId: id, registrationId: idOf("bob@example.test"), reason: "" },
      seating(stage.services),
    );
  });
  await mutate("webinar.end", { id }, host);
  await wrapUpWebinars(stage.services, new Date(now + 60_000));
  for (let minute = 0; minute < 4; minute++) {
    at.clock.ms += 60_000;
    await deliverAll(at);
  }
  expect(calls.every(({ token }) => token === "Bearer crm-token")).toBe(true);
  await mutate("integration.removeEndpoint", { id: endpoint.id }, host);
  return { calls, idOf, id };
}

it("keeps HubSpot's contacts as they are here, also after it was away", async () => {
  const { calls, id } = await story("hubspot", () => ({}));
  type Input = { id: string; idProperty: string; properties: Record<string, string> };
  const inputs = calls.flatMap(({ body }) => (body as unknown as { inputs: Input[] }).inputs);
  expect(calls.every(({ path: at }) => at === "/crm/v3/objects/contacts/batch/upsert")).toBe(true);
  const merged = (email: string) =>
    Object.assign({}, ...inputs.filter((input) => input.id === email).map(({ properties }) => properties));
  expect(merged("Ada@Example.test")).toEqual({
    email: "Ada@Example.test",
    firstname: "Ada King",
    lastname: "Lovelace",
    rostrum_webinar: "Launch",
    rostrum_webinar_id: id,
    rostrum_status: "registered",
    rostrum_utm_source: "news",
    rostrum_utm_campaign: "spring",
    rostrum_attended: "true",
    rostrum_minutes: expect.stringMatching(/^\d/),
    rostrum_score: expect.stringMatching(/^\d+$/),
  });
  expect(merged("bob@example.test")).toMatchObject({ lastname: "Bob", rostrum_status: "cancelled" });
  expect(merged("cy@example.test")).toMatchObject({ rostrum_attended: "false" });
}, 30_000);

it("keeps Salesforce's leads and campaign members as they are here", async () => {
  const { calls, idOf } = await story("salesforce", (slug) => ({ [slug]: "7010000" }));
  const last = (email: string) =>
    calls
      .filter(({ path: at }) => at.endsWith(`/CampaignMember/Rostrum_Registration__c/${idOf(email)}`))
      .at(-1)?.body;
  expect(last("Ada@Example.test")).toMatchObject({
    CampaignId: "7010000",
    Status: "Attended",
    Lead: { Rostrum_Email__c: "ada@example.test" },
  });
  expect(last("bob@example.test")).toMatchObject({ Status: "Cancelled" });
  expect(last("cy@example.test")).toMatchObject({ Status: "No show", Rostrum_Minutes__c: 0 });
  const lead = calls.find(({ path: at }) => at.endsWith("/Lead/Rostrum_Email__c/ada%40example.test"));
  expect(lead).toMatchObject({
    method: "PATCH",
    body: { FirstName: "Ada King", LastName: "Lovelace", LeadSource: "Webinar" },
  });
}, 30_000);
