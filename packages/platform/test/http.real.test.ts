import { once } from "node:events";
import { connect } from "node:net";
import { RostrumError } from "@rostrum/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { HttpServer, readJson, Scope, sendJson } from "../src/index.ts";
import { log } from "./harness.ts";

let scope: Scope;
let url: string;
let port: number;

beforeEach(async () => {
  scope = new Scope("http", log);
  const http = new HttpServer(log);
  http.route("GET", "/things/:id", ({ response, params }) => sendJson(response, 200, params));
  http.route("GET", "/files/*", ({ response, params }) => sendJson(response, 200, params));
  http.route("POST", "/things", async ({ request, response }) =>
    sendJson(response, 200, { body: await readJson(request, 1000) }),
  );
  http.route("GET", "/refused", () => {
    throw new RostrumError("permission.denied", "Not for you.");
  });
  http.route("GET", "/broken", () => {
    throw new Error("the inside of the server");
  });
  port = await http.listen("127.0.0.1", 0, scope);
  url = `http://127.0.0.1:${port}`;
});
afterEach(() => scope.close("done"));

const code = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { code: string } }).error.code;

/** What comes back for bytes that no decent client sends. */
async function raw(text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (data) => {
    answer += data;
  });
  socket.on("error", () => {});
  socket.end(text);
  await once(socket, "close");
  return answer;
}

describe("the router", () => {
  it("finds by method and path, answers HEAD, and names the methods there are", async () => {
    expect(await (await fetch(`${url}/things/a%20b?x=1`)).json()).toEqual({ id: "a b" });
    expect(await (await fetch(`${url}/files/a/b.txt`)).json()).toEqual({ rest: "a/b.txt" });
    const head = await fetch(`${url}/things/1`, { method: "HEAD" });
    expect([head.status, await head.text()]).toEqual([200, ""]);
    const other = await fetch(`${url}/things/1`, { method: "DELETE" });
    expect([other.status, other.headers.get("allow")]).toEqual([405, "GET"]);
    expect((await fetch(`${url}/nowhere`)).status).toBe(404);
    expect((await fetch(`${url}/things/a/b`)).status).toBe(404);
  });

  it("turns typed errors into their status and tells nothing of the others", async () => {
    const refused = await fetch(`${url}/refused`);
    expect([refused.status, await code(refused)]).toEqual([403, "permission.denied"]);
    const broken = await fetch(`${url}/broken`);
    const text = await broken.text();
    expect(broken.status).toBe(500);
    expect(text).not.toContain("inside");
  });

  it("refuses addresses that are not well formed", async () => {
    for (const target of ["/things/%E0%A4%A", "http://", "//[", "*"])
      expect(await raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`), target).toMatch(
        /^HTTP\/1\.1 40[04]/,
      );
    expect((await fetch(`${url}/things/1`)).status).toBe(200);
  });

  it("reads JSON up to its cap, with and without a length", async () => {
    const post = (body: string) => fetch(`${url}/things`, { method: "POST", body });
    expect(await (await post('{"a":1}')).json()).toEqual({ body: { a: 1 } });
    const malformed = await post("{");
    expect([malformed.status, await code(malformed)]).toEqual([400, "message.malformed"]);
    const large = await post("x".repeat(2000));
    expect([large.status, await code(large)]).toEqual([413, "message.too-large"]);
    const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
    const chunked = await raw(
      `POST /things HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(3)}0\r\n\r\n`,
    );
    expect(chunked).toMatch(/^HTTP\/1\.1 413/);
    expect(chunked).toContain("message.too-large");
  });

  it("closes with its scope, idle connections included, and says when a port is taken", async () => {
    await expect(new HttpServer(log).listen("127.0.0.1", port, scope)).rejects.toThrow(/is taken/);
    const idle = connect(port, "127.0.0.1");
    await once(idle, "connect");
    const closed = once(idle, "close");
    const before = Date.now();
    await scope.close("done");
    await closed;
    expect(Date.now() - before).toBeLessThan(2000);
    await expect(fetch(`${url}/things/1`)).rejects.toThrow();
  });
});
