import { randomUUID } from "node:crypto";
import { insertRegistration } from "@rostrum/db";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Headers, hostHeaders, mutate, openServer, query, type Stage, scheduleAs } from "./harness.ts";
import { addEndpoint, deliverAll, deliverer, Receiver } from "./webhook-world.ts";

const hourMs = 3600_000;

let stage: Stage;
let host: Headers;
let receiver: Receiver;
let url: string;

beforeAll(async () => {
  stage = await openServer();
}, 30_000);
afterAll(() => stage.close());
beforeEach(async () => {
  host = await hostHeaders(stage.services, `${randomUUID()}@example.test`);
  receiver = new Receiver();
  url = `http://127.0.0.1:${await receiver.open()}/hooks`;
});
afterEach(() => receiver.close());

async function listen(events: string[]): Promise<{ id: string; secret: string }> {
  const endpoint = await addEndpoint(host, url, events);
  receiver.secrets = [endpoint.secret];
  return endpoint;
}

const register = (webinarId: string) =>
  insertRegistration(
    stage.services.db,
    { webinarId, email: `${randomUUID()}@example.test`, name: "Ada", answers: {}, utm: {} },
    { tokenHash: randomUUID(), payload: {} },
  );

describe("by hand", () => {
  it("pings, shows what came back, and delivers the same message again", async () => {
    const { id: endpointId } = await listen(["registration.created"]);
    receiver.answer = () => 200;
    await mutate("integration.ping", { id: endpointId }, host);
    const at = deliverer(stage);
    at.clock.ms += 1000;
    await deliverAll(at);
    expect(receiver.types()).toEqual(["ping"]);
    const log = async () =>
      (await query("integration.deliveries", { endpointId }, host)).data as {
        rows: { id: string; state: string; byHand: boolean }[];
      };
    const [ping] = (await log()).rows;
    const detail = (await query("integration.delivery", { endpointId, id: ping?.id }, host)).data;
    expect(detail).toMatchObject({
      payload: { type: "ping" },
      log: [{ status: 200, excerpt: "status 200" }],
    });
    await mutate("integration.redeliver", { endpointId, id: ping?.id }, host);
    at.clock.ms += 1000;
    await deliverAll(at);
    expect(receiver.got.map(({ id }) => id)).toEqual([receiver.got[0]?.id, receiver.got[0]?.id]);
    expect((await log()).rows).toHaveLength(2);
  });

  it("counts what waits for each endpoint, and says when the last arrived", async () => {
    const quiet = await addEndpoint(host, "https://crm.example/", ["webinar.ended"]);
    const { id } = await listen(["registration.created"]);
    const webinar = await scheduleAs(host);
    await register(webinar.id);
    await register(webinar.id);
    type Row = { id: string; waiting: number; lastDeliveredAt: number | null };
    const shown = async () => {
      const { endpoints } = (await query("integration.overview", undefined, host)).data as {
        endpoints: Row[];
      };
      return endpoints.map((row) => [
        row.id === id ? "ours" : row.id === quiet.id ? "quiet" : "?",
        row.waiting,
      ]);
    };
    expect(await shown()).toEqual([
      ["quiet", 0],
      ["ours", 2],
    ]);
    // One arrives, one is refused and goes on waiting.
    receiver.answer = () => (receiver.got.length === 0 ? 200 : 503);
    const at = deliverer(stage);
    at.clock.ms += 1000;
    await deliverAll(at);
    expect(await shown()).toEqual([
      ["quiet", 0],
      ["ours", 1],
    ]);
    const { endpoints } = (await query("integration.overview", undefined, host)).data as { endpoints: Row[] };
    expect(endpoints[0]?.lastDeliveredAt).toBeNull();
    expect(endpoints[1]?.lastDeliveredAt).toBeGreaterThan(Date.now() - 60_000);
  });

  it("replaces the secret without a gap: both sign for a day, then only the new one", async () => {
    const { id, secret: old } = await listen(["registration.created"]);
    const { secret } = (await mutate("integration.rotateSecret", { id }, host)).data as { secret: string };
    expect(secret).not.toBe(old);
    const shown = (await mutate("integration.revealSecret", { id }, host)).data as { secret: string };
    expect(shown.secret).toBe(secret);
    const webinar = await scheduleAs(host);
    const at = deliverer(stage);
    for (const known of [[old], [secret]]) {
      receiver.secrets = known;
      await register(webinar.id);
      at.clock.ms = Date.now() + 500;
      await deliverAll(at);
    }
    expect(receiver.refused).toEqual([]);
    expect(receiver.got).toHaveLength(2);
    at.clock.ms = Date.now() + 25 * hourMs;
    receiver.now = () => at.clock.ms;
    receiver.secrets = [old];
    await register(webinar.id);
    await deliverAll(at);
    expect(receiver.refused).toEqual(["the signature is not right"]);
  });
});
