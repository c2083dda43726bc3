import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiScopes } from "../src/features/console/integrations/scopes.ts";
import { counterOf } from "../src/server/rate-limit.ts";
import { handleRest, restRoutes } from "../src/server/rest/handler.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  publicUrl,
  registrant,
  type Scheduled,
  scheduleAs,
} from "./harness.ts";
import { ask, makeKey, openRest, stage } from "./rest-world.ts";

let stranger: Headers;
let host: Headers;
let webinar: Scheduled;
let key: string;

beforeAll(async () => {
  await openRest();
  host = await hostHeaders(stage.services, "host@example.test");
  stranger = await hostHeaders(stage.services, "stranger@example.test");
  webinar = await scheduleAs(host);
  key = (await makeKey(host, apiScopes)).key;
}, 30_000);
afterAll(() => stage.close());

const person = () => ({ email: `${randomUUID()}@example.test`, name: "Ada" });

describe("errors", () => {
  it("are problems that name every field", async () => {
    const { body, headers, status } = await ask("POST", "/webinars", {
      key,
      body: { title: "", durationMinutes: 1, timeZone: "Mars", extra: 1 },
    });
    expect(status).toBe(400);
    expect(headers.get("content-type")).toBe("application/problem+json");
    const fields = (body as { errors: { field: string }[] }).errors.map(({ field }) => field);
    expect(fields.sort()).toEqual(["durationMinutes", "extra", "startsAt", "timeZone", "title"]);
    for (const [path, field] of [
      ["?limit=0", "limit"],
      ["?cursor=x", "cursor"],
      ["?other=1", "other"],
    ])
      expect((await ask("GET", `/webinars${path}`, { key })).body).toMatchObject({ errors: [{ field }] });
    const wrong = await handleRest(
      stage.services,
      new Request(`${publicUrl}/api/v1/webinars`, {
        method: "POST",
        body: "{",
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      }),
    );
    expect(await wrong.json()).toMatchObject({ status: 400, code: "message.malformed" });
    expect(await ask("GET", "/nothing", { key })).toMatchObject({ status: 404 });
    const method = await ask("DELETE", "/webinars", { key });
    expect(method).toMatchObject({ status: 405 });
    expect(method.headers.get("allow")).toBe("GET, POST");
  });

  it("say how many requests are left, and when there are none", async () => {
    const limited = await makeKey(host, ["webinars:read"]);
    const before = await ask("GET", "/webinars", { key: limited.key });
    expect(before.headers.get("ratelimit-limit")).toBe("600");
    expect(before.headers.get("ratelimit-remaining")).toBe("599");
    await stage.services.redis.set(counterOf(stage.services, `api:${limited.id}`), 600, "PX", 30_000);
    const after = await ask("GET", "/webinars", { key: limited.key });
    expect(after).toMatchObject({ status: 429, body: { code: "rate.limited" } });
    expect(Number(after.headers.get("retry-after"))).toBeGreaterThan(0);
  });
});

describe("keys", () => {
  /** Something that each route takes, of the host's webinar. */
  const address = (path: string, registrationId: string) =>
    path.replace("{webinarId}", webinar.id).replace("{registrationId}", registrationId);

  it("open what their scopes say, of their own organisation, and nothing else", async () => {
    const { registration } = await registrant(stage.services, webinar.id);
    const all = (await makeKey(stranger, apiScopes)).key;
    for (const route of restRoutes) {
      const path = address(route.path, registration.id);
      const body = route.method === "GET" ? undefined : {};
      const lacking = (
        await makeKey(
          host,
          apiScopes.filter((scope) => scope !== route.scope),
        )
      ).key;
      const about = `${route.method} ${path}`;
      expect((await ask(route.method, path, { body })).status, about).toBe(401);
      expect((await ask(route.method, path, { body, key: lacking })).body, about).toMatchObject({
        status: 403,
        code: "permission.denied",
      });
      expect((await ask(route.method, path, { body, headers: host })).status, about).toBe(401);
      if (path.includes(webinar.id)) {
        const valid = route.id === "createRegistration" ? person() : body;
        expect((await ask(route.method, path, { body: valid, key: all })).status, about).toBe(404);
      }
    }
    const other = await scheduleAs(host);
    const foreign = await ask("GET", `/webinars/${other.id}/registrations/${registration.id}`, { key });
    expect(foreign.status).toBe(404);
  }, 30_000);

  it("are stored as hashes, shown by their beginning, and end at once when they are revoked", async () => {
    const made = await makeKey(host, ["webinars:read"]);
    expect((await ask("GET", "/webinars", { key: made.key })).status).toBe(200);
    const rows = await stage.database.db.query.apiKeys.findMany();
    expect(JSON.stringify(rows)).not.toContain(made.key.slice(12));
    expect(rows.find(({ id }) => id === made.id)?.lastUsedAt).not.toBeNull();
    expect((await mutate("integration.revokeKey", { id: made.id }, stranger)).refusal?.code).toBe(
      "not-found",
    );
    expect((await mutate("integration.revokeKey", { id: made.id }, host)).status).toBe(200);
    const after = await ask("GET", "/webinars", { key: made.key });
    expect(after).toMatchObject({ status: 401, body: { code: "token.invalid" } });
    expect(after.headers.get("www-authenticate")).toContain("Bearer");
    for (const odd of ["x", `${key}x`, "rst_", "rst_\u00e9"]) {
      const { status } = await ask("GET", "/webinars", {
        headers: { authorization: `Bearer ${encodeURIComponent(odd)}` },
      });
      expect(status).toBe(401);
    }
  });
});
