import { randomUUID } from "node:crypto";
import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { limits } from "@rostrum/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { door } from "../src/server/door.ts";
import { hostHeaders, openServer, publicUrl, type Stage, scheduleAs } from "./harness.ts";

let stage: Stage;
let server: Server;
let node: Record<string, string>;
let webinar: { id: string; slug: string };

beforeAll(async () => {
  stage = await openServer();
  server = createServer(
    door(stage.services, async (_, outgoing) => void outgoing.writeHead(404).end("a page")),
  );
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const token = await stage.services.tokens.signNode({ nodeId: "edge-7" as never, kind: "edge" });
  node = { authorization: `Bearer ${token}` };
  webinar = await scheduleAs(await hostHeaders(stage.services, "addresses@example.test"));
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await stage.close();
});

type Call = { method?: string; headers?: Record<string, string>; parts?: string[] };

/** Over a socket, as everybody comes; the body in `parts`, without its length being told. */
function call(path: string, { method = "POST", headers = {}, parts = [] }: Call) {
  return new Promise<{ status: number; headers: Record<string, unknown>; body: string }>(
    (resolve, reject) => {
      const { port } = server.address() as AddressInfo;
      const asked = request({ port, path, method, headers }, (response) => {
        let body = "";
        response.on("data", (chunk) => {
          body += chunk;
        });
        response.on("end", () =>
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
        );
      });
      asked.on("error", reject);
      for (const part of parts) asked.write(part);
      asked.end();
    },
  );
}
const codeOf = (body: string): string => (JSON.parse(body) as { error: { code: string } }).error.code;
const json = { "content-type": "application/json" };

describe("the typed API over a socket", () => {
  const path = "/api/trpc/registration.submit";

  it("reads a body that comes in parts and does not tell its length", async () => {
    const input = JSON.stringify({ json: { slug: webinar.slug, email: "not one", name: "Ada" } });
    const parts = [input.slice(0, 20), input.slice(20)];
    const { status, body, headers } = await call(path, { headers: json, parts });
    expect(status).toBe(400);
    expect(JSON.parse(body).error.json.data.rostrum).toMatchObject({ code: "input.invalid", field: "email" });
    expect(headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
  });

  it("answers a batch of questions in the address", async () => {
    const input = encodeURIComponent(JSON.stringify({ 0: { json: { slug: webinar.slug } } }));
    const asked = `/api/trpc/webinar.bySlug?batch=1&input=${input}`;
    const { status, body } = await call(asked, { method: "GET" });
    expect(status).toBe(200);
    expect(JSON.parse(body)[0].result.data.json).toMatchObject({ title: expect.any(String) });
  });

  it("refuses what is too large, whether its length is told or not", async () => {
    const large = "x".repeat(limits.requestBytes + 1);
    const told = { ...json, "content-length": String(large.length) };
    for (const headers of [json, told]) {
      const { status, body, headers: answered } = await call(path, { headers, parts: [large] });
      expect(status).toBe(413);
      expect(codeOf(body)).toBe("message.too-large");
      expect(answered.connection).toBe("close");
    }
  });

  it("refuses what is no JSON, other methods, and other sites", async () => {
    const broken = await call(path, { headers: json, parts: ["{"] });
    expect(broken.status).toBe(400);
    expect(JSON.parse(broken.body).error.json.data.rostrum.code).toBe("message.malformed");
    const form = await call(path, { headers: { "content-type": "text/plain" }, parts: ["{}"] });
    expect([form.status, codeOf(form.body)]).toEqual([400, "message.malformed"]);
    const deleted = await call(path, { method: "DELETE" });
    expect([deleted.status, deleted.headers.allow]).toEqual([405, "GET, POST"]);
    const foreign = await call(path, { headers: { ...json, origin: "https://evil.test" }, parts: ["{}"] });
    expect([foreign.status, codeOf(foreign.body)]).toEqual([403, "permission.denied"]);
    const own = await call(path, { headers: { ...json, origin: publicUrl }, parts: ["{}"] });
    expect(own.status).toBe(400);
  });
});

describe("what media nodes tell", () => {
  const path = "/api/internal/facts";
  const fact = () => ({
    type: "attendance.closed",
    factId: randomUUID(),
    webinarId: webinar.id,
    intervalId: randomUUID(),
    reason: "left",
    at: Date.now(),
  });

  it("is taken from nodes alone, once and again", async () => {
    const facts = [fact(), fact()];
    const parts = [JSON.stringify({ facts })];
    const stranger = await call(path, { headers: json, parts });
    expect([stranger.status, codeOf(stranger.body)]).toEqual([401, "token.missing"]);
    const forged = await call(path, { headers: { ...json, authorization: "Bearer no" }, parts });
    expect([forged.status, codeOf(forged.body)]).toEqual([401, "token.invalid"]);
    for (let times = 0; times < 2; times++) {
      const { status, body } = await call(path, { headers: { ...json, ...node }, parts });
      expect(status).toBe(200);
      expect(JSON.parse(body)).toEqual({ accepted: facts.map(({ factId }) => factId) });
    }
  });

  it("is refused with its field when it is not well formed", async () => {
    const headers = { ...json, ...node };
    const broken = await call(path, { headers, parts: ["{"] });
    expect([broken.status, codeOf(broken.body)]).toEqual([400, "message.malformed"]);
    const facts = [fact(), { ...fact(), at: "yesterday" }];
    const { status, body } = await call(path, { headers, parts: [JSON.stringify({ facts })] });
    expect([status, codeOf(body)]).toEqual([400, "input.invalid"]);
    expect(JSON.parse(body).error.field).toBe("facts.1.at");
    const asked = await call(path, { method: "GET", headers: node });
    expect([asked.status, asked.headers.allow]).toEqual([405, "POST"]);
  });
});
