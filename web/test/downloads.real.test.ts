import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, it } from "vitest";
import { GET } from "../src/app/api/webinars/[webinarId]/exports/[file]/route.ts";
import { GET as oldRoute } from "../src/app/api/webinars/[webinarId]/registrations.csv/route.ts";
import {
  type Headers,
  hostHeaders,
  openServer,
  publicUrl,
  registrant,
  type Scheduled,
  type Stage,
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let host: Headers;
let stranger: Headers;
let webinar: Scheduled;
beforeAll(async () => {
  stage = await openServer();
  host = await hostHeaders(stage.services, "downloads@example.test");
  stranger = await hostHeaders(stage.services, "downloads-else@example.test");
  webinar = await scheduleAs(host);
  await registrant(stage.services, webinar.id, "Ada");
});
afterAll(() => stage.close());

const get = (file: string, { headers = host, webinarId = webinar.id, query = "" } = {}) =>
  GET(new Request(`${publicUrl}/x?${query}`, { headers }), { params: Promise.resolve({ webinarId, file }) });
const refusal = async (answer: Promise<Response>) => {
  const response = await answer;
  const { error } = (await response.json()) as { error: { code: string; field?: string } };
  return [response.status, error.code, error.field];
};

it("gives a host each file, with its name and type, and notes it", async () => {
  for (const kind of ["registrants", "attendance", "polls", "questions", "chat", "events"]) {
    const csv = await get(`${kind}.csv`);
    expect(csv.status).toBe(200);
    expect(csv.headers.get("content-disposition")).toBe(`attachment; filename="${webinar.slug}-${kind}.csv"`);
    expect(csv.headers.get("cache-control")).toBe("no-store");
    const book = Buffer.from(await (await get(`${kind}.xlsx`)).arrayBuffer());
    expect(book.subarray(0, 4).toString("latin1")).toBe("PK\u0003\u0004");
  }
  const chat = await get("chat.txt", { query: "layout=zoom" });
  expect(chat.headers.get("content-type")).toBe("text/plain; charset=utf-8");
  const request = new Request(publicUrl, { headers: host });
  const old = await oldRoute(request, { params: Promise.resolve({ webinarId: webinar.id }) });
  expect(await old.text()).toMatch(/^registered_at,name,email,.+\r\n.+,Ada,/);
});

it("gives nobody else anything, and refuses what there is not by its field", async () => {
  expect(await refusal(get("events.csv", { headers: {} }))).toEqual([401, "session.required", undefined]);
  expect(await refusal(get("events.csv", { headers: stranger }))).toEqual([404, "not-found", undefined]);
  for (const webinarId of ["", "x", "../1", randomUUID(), "\u0000"])
    expect((await refusal(get("events.csv", { webinarId })))[0]).toBe(404);
  for (const file of [
    "users.csv",
    ".csv",
    "",
    "__proto__.csv",
    "constructor.csv",
    "events.csv.csv",
    "../events.csv",
  ])
    expect(await refusal(get(file)), file).toEqual([400, "input.invalid", "kind"]);
  for (const file of ["events.exe", "events", "events.", "events.CSV"])
    expect(await refusal(get(file)), file).toEqual([400, "input.invalid", "format"]);
  expect(await refusal(get("polls.csv", { query: "layout=evil" }))).toEqual([400, "input.invalid", "layout"]);
  expect(await refusal(get("polls.csv", { query: "bom=2" }))).toEqual([400, "input.invalid", "bom"]);
  expect(await refusal(get("polls.csv", { query: "webinarId=x" }))).toEqual([
    400,
    "input.invalid",
    "webinarId",
  ]);
  expect(await refusal(get("events.csv", { query: "layout=zoom" }))).toEqual([
    400,
    "input.invalid",
    "layout",
  ]);
});
