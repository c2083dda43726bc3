import { createLog, createTokens, HttpServer, Scope } from "@rostrum/platform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { EncoderSeats } from "../src/encoders/seats.ts";
import { serveWhip } from "../src/whip/endpoint.ts";

/** What is answered before any media: an origin whose web is away, on a real port. The rest is in the story. */
const log = createLog({ service: "test", level: "silent" });
const scope = new Scope("test", log);
const key = "a-key-that-could-be-one-0123456789";
let url = "";

beforeAll(async () => {
  const http = new HttpServer(log);
  const tokens = createTokens("a secret that is long enough for a test");
  const web = { webUrl: "http://127.0.0.1:1", tokens, claims: { nodeId: "origin", kind: "origin" as const } };
  // Without web nobody is let in: neither stages nor Redis are reached.
  const nothing = {} as never;
  const seats = new EncoderSeats({ stages: nothing, web, redis: nothing, log });
  serveWhip({ http, log, seats, redis: nothing, registry: nothing, publicUrl: "http://127.0.0.1" });
  url = `http://127.0.0.1:${await http.listen("127.0.0.1", 0, scope)}/whip`;
});
afterAll(() => scope.close("done"));

const post = (headers: Record<string, string>, body = "v=0\r\n") =>
  fetch(url, { method: "POST", headers, body });
const sdp = { "content-type": "application/sdp" };
const bearer = { authorization: `Bearer ${key}` };

describe("a WHIP endpoint", () => {
  it("answers preflights for pages of any site", async () => {
    const response = await fetch(url, { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(response.headers.get("access-control-allow-headers")).toContain("authorization");
    expect(response.headers.get("accept-post")).toBe("application/sdp");
  });

  it("has no other methods (RFC 9725 §4.1)", async () => {
    for (const method of ["GET", "HEAD", "PUT", "DELETE"]) {
      const { status, headers } = await fetch(url, { method });
      expect({ method, status }).toEqual({ method, status: 405 });
      expect(headers.get("allow")).toContain("POST");
    }
  });

  it("wants a key, SDP, and what could be a key", async () => {
    const without = await post(sdp);
    expect([without.status, without.headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
    expect((await post({ ...sdp, authorization: "Basic abc" })).status).toBe(401);
    expect((await post({ ...sdp, authorization: "Bearer short" })).status).toBe(401);
    expect((await post({ ...bearer, "content-type": "text/plain" })).status).toBe(415);
  });

  it("asks to be tried again while nobody can tell whose a key is", async () => {
    const response = await post({ ...sdp, ...bearer });
    expect([response.status, response.headers.get("retry-after")]).toEqual([503, "1"]);
  });

  it("knows no session that it did not open, whoever asks", async () => {
    for (const method of ["PATCH", "DELETE"]) {
      expect((await fetch(`${url}/made-up`, { method, headers: bearer })).status).toBe(404);
      expect((await fetch(`${url}/made-up`, { method })).status).toBe(401);
    }
  });
});
