import type { AddressInfo } from "node:net";
import { limits, RostrumError } from "@rostrum/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "ws";
import { z } from "zod";
import { connectRpc, type RpcSocket, type Scope, sleep } from "../src/index.ts";
import { log, RawClient, serveSockets, until } from "./harness.ts";

const Echo = z.strictObject({
  text: z.string().max(20),
  list: z.array(z.strictObject({ n: z.number() })).optional(),
});

let scope: Scope | undefined;
afterEach(async () => {
  await scope?.close("done");
  expect(scope?.alive() ?? []).toEqual([]);
  scope = undefined;
});

/** Sockets that answer `hello` and `echo`. */
async function echoServer() {
  const sockets: RpcSocket[] = [];
  const server = await serveSockets((socket, authenticated) => {
    sockets.push(socket);
    socket.handle("hello", z.looseObject({}), () => {
      authenticated();
      return { welcome: true };
    });
    socket.handle("echo", Echo, ({ text }) => ({ text }));
    socket.handle("refuse", z.unknown(), () => {
      throw new RostrumError("not-found", "No such thing.", { field: "thing" });
    });
    socket.handle("break", z.unknown(), () => {
      throw new Error("the inside of the server");
    });
    socket.handle("hang", z.unknown(), () => new Promise(() => {}));
  });
  scope = server.scope;
  return { ...server, sockets };
}

describe("a socket", () => {
  it("answers every request once, in order, with a typed error and the path of the field at fault", async () => {
    const { url } = await echoServer();
    const client = await RawClient.open(url, { origin: "http://site.test" });
    client.send({ id: 1, method: "hello", data: {} });
    client.send({ id: 2, method: "echo", data: { text: "a" } });
    client.send({ id: 3, method: "echo", data: { text: "a", list: [{ n: 1 }, { n: "two" }] } });
    client.send({ id: 4, method: "echo", data: { text: "a", participantId: "forged" } });
    client.send({ id: 5, method: "nothing" });
    client.send({ id: 6, method: "refuse" });
    client.send({ id: 7, method: "break" });
    expect((await client.answer(7)).error).toEqual({
      code: "internal",
      message: "Something went wrong on our side.",
    });
    expect(client.frames.map((frame) => frame.id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(client.frames.map((frame) => frame.error?.code ?? "ok")).toEqual([
      "ok",
      "ok",
      "input.invalid",
      "input.invalid",
      "method.unknown",
      "not-found",
      "internal",
    ]);
    expect(client.frames[2]?.error?.field).toBe("list.1.n");
    expect(client.frames[5]?.error?.field).toBe("thing");
  });

  it("outlives 200 malformed frames of a neighbour, who is closed for abuse", async () => {
    const { url } = await echoServer();
    const good = await RawClient.open(url);
    const bad = await RawClient.open(url);
    good.send({ id: 1, method: "hello" });
    bad.send({ id: 1, method: "hello" });
    await bad.answer(1);
    const nasty = [
      "",
      "{",
      "null",
      "[]",
      "42",
      '"hello"',
      "{}",
      '{"id":-1,"method":"echo"}',
      '{"id":1.5,"method":"echo"}',
      '{"id":1,"method":""}',
      `{"id":1,"method":"${"x".repeat(100)}"}`,
      '{"id":1,"method":"echo","extra":1}',
      '{"__proto__":{"polluted":1},"id":1,"method":"echo"}',
      '{"constructor":{"prototype":{"polluted":1}}}',
      `${"[".repeat(20_000)}`,
      "\u0000\uFFFF",
    ];
    for (let i = 0; i < 200; i++) {
      const frame = nasty[i % nasty.length] ?? "";
      if (i % 10 === 9) bad.socket.send(Buffer.from([0, 1, 2, 255]), { binary: true });
      else bad.send(frame);
    }
    await until("closed", () => bad.closed !== undefined);
    expect(bad.closed).toEqual({ code: 4008, reason: "abuse" });
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    good.send({ id: 2, method: "echo", data: { text: "still here" } });
    expect((await good.answer(2)).data).toEqual({ text: "still here" });
  });

  it("cannot be polluted through the data of a request", async () => {
    const { url } = await echoServer();
    const client = await RawClient.open(url);
    client.send({ id: 1, method: "hello" });
    client.send('{"id":2,"method":"echo","data":{"text":"a","__proto__":{"polluted":1}}}');
    client.send('{"id":3,"method":"__proto__","data":{}}');
    client.send('{"id":4,"method":"constructor","data":{}}');
    expect((await client.answer(4)).error?.code).toBe("method.unknown");
    expect(client.frames.find((frame) => frame.id === 3)?.error?.code).toBe("method.unknown");
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it("is slowed down past its rate and closed when it does not listen", async () => {
    const { url } = await echoServer();
    const client = await RawClient.open(url);
    client.send({ id: 0, method: "hello" });
    await client.answer(0);
    for (let id = 1; id <= 600; id++) {
      client.send({ id, method: "echo", data: { text: "x" } });
      if (id % 50 === 0) await sleep(1);
    }
    await until("closed", () => client.closed !== undefined);
    const answered = client.frames.filter((frame) => frame.ok).length;
    expect(client.frames.some((frame) => frame.error?.code === "rate.limited")).toBe(true);
    expect(answered).toBeGreaterThan(100);
    expect(answered).toBeLessThan(limits.messageBurst + 2 * limits.messagesPerSecond);
    expect(client.closed?.code).toBe(4008);
  });

  it("does not queue without end behind a request that hangs", async () => {
    const { url, sockets } = await echoServer();
    const client = await RawClient.open(url);
    client.send({ id: 0, method: "hello" });
    client.send({ id: 1, method: "hang" });
    for (let id = 2; id < 150; id++) client.send({ id, method: "echo", data: { text: "x" } });
    await until("refused", () => client.frames.some((frame) => frame.error?.code === "rate.limited"));
    expect(client.frames.filter((frame) => frame.ok)).toHaveLength(1);
    client.socket.close();
    await until("gone", () => sockets[0]?.scope.count() === 0);
  });

  it("is closed by a frame past the cap, without hello, and from another site", async () => {
    const { url } = await echoServer();
    const large = await RawClient.open(url);
    large.send({ id: 1, method: "hello", data: { text: "x".repeat(limits.frameBytes) } });
    await until("too large", () => large.closed !== undefined);
    expect(large.closed?.code).toBe(1009);

    const stranger = await RawClient.open(url, { origin: "http://other.test" });
    await until("refused", () => stranger.closed !== undefined);
    expect(stranger.closed?.code).toBe(1006);

    const silent = await RawClient.open(url);
    await until("hello timeout", () => silent.closed !== undefined, limits.helloTimeoutMs + 2000);
    expect(silent.closed).toEqual({ code: 4001, reason: "helloTimeout" });
  });

  it("is dropped when it does not read, and harms no other", async () => {
    const { url, sockets } = await echoServer();
    const [slow, quick] = [await RawClient.open(url), await RawClient.open(url)];
    for (const client of [slow, quick]) client.send({ id: 1, method: "hello" });
    await until("both", () => sockets.length === 2);
    await Promise.all([slow.answer(1), quick.answer(1)]);
    slow.socket.pause();
    const frame = Buffer.from(JSON.stringify({ event: "blob", data: "x".repeat(64 * 1024) }));
    for (let i = 0; i < 400 && !sockets[0]?.closed; i++) {
      for (const socket of sockets) socket.sendText(frame);
      await sleep(2);
    }
    expect(sockets[0]?.closedWith).toEqual({ code: 4007, reason: "tooSlow" });
    await until("let go", () => sockets[0]?.scope.count() === 0);
    expect(sockets[1]?.closed).toBe(false);
    quick.send({ id: 2, method: "echo", data: { text: "fine" } });
    expect((await quick.answer(2)).data).toEqual({ text: "fine" });
  });

  it("takes what belongs to its peer with it", async () => {
    const { url, sockets, scope: server } = await echoServer();
    const before = server.count();
    const client = await RawClient.open(url);
    client.send({ id: 1, method: "hello" });
    await client.answer(1);
    let closed = "";
    sockets[0]?.scope.child("peer").add("thing", (reason) => {
      closed = reason;
    });
    expect(server.count()).toBeGreaterThan(before);
    client.socket.close(1000, "bye");
    await until("gone", () => closed !== "");
    expect(closed).toBe("bye");
    await until("no leak", () => server.count() === before);
  });
});

/** Takes the connection and says hello, then never answers a ping: what a stopped process looks like. */
async function frozenServer() {
  const { scope } = await echoServer();
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1", autoPong: false });
  server.on("connection", (socket) =>
    socket.on("message", (data) => {
      const { id, method } = JSON.parse(data.toString()) as { id: number; method: string };
      if (method === "hello") socket.send(JSON.stringify({ id, ok: true, data: {} }));
    }),
  );
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    connect: () => connectRpc(`ws://127.0.0.1:${port}`, { scope: scope.child("client"), log, hello: {} }),
    close: () => {
      for (const socket of server.clients) socket.terminate();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("a node's client", () => {
  it("says hello, asks, hears events, and gets typed errors, time-outs and the end", async () => {
    const { url, sockets, scope: server } = await echoServer();
    const client = await connectRpc(url, { scope: server.child("client"), log, hello: { token: "t" } });
    expect(await client.request("echo", { text: "hi" })).toEqual({ text: "hi" });
    await expect(client.request("refuse", {})).rejects.toMatchObject({ code: "not-found", field: "thing" });
    const heard: unknown[] = [];
    client.on("bad", () => {
      throw new Error("a listener that fails");
    });
    client.on("news", (data) => heard.push(data));
    sockets[0]?.sendText("{not json");
    sockets[0]?.notify("bad", 1);
    sockets[0]?.notify("news", 2);
    await until("heard", () => heard.length === 1);
    await expect(client.request("hang", {}, 100)).rejects.toMatchObject({ code: "timeout" });
    const last = client.request("echo", { text: "never" });
    sockets[0]?.close("draining");
    await expect(last).rejects.toMatchObject({ code: "closed", message: "draining" });
    await expect(client.request("echo", {})).rejects.toMatchObject({ code: "closed" });
    expect(client.scope.count()).toBe(0);
  });

  it.each([
    ["there is no media to judge by", undefined, limits.nodePatienceMs.none],
    ["its media stalled too", "stalled", limits.nodePatienceMs.stalled],
  ] as const)("notices that the other node has frozen when %s", async (_, seen, patienceMs) => {
    const frozen = await frozenServer();
    const client = await frozen.connect();
    if (seen) client.witness = () => Promise.resolve(seen);
    const askedAt = performance.now();
    await expect(client.request("echo", {}, 20_000)).rejects.toMatchObject({ code: "closed" });
    expect(performance.now() - askedAt).toBeGreaterThan(patienceMs - limits.nodePingMs);
    expect(performance.now() - askedAt).toBeLessThan(patienceMs + 3 * limits.nodePingMs + 500);
    expect(client.closed).toBe(true);
    await frozen.close();
  });

  it("waits for a node that does not answer while its media flows, or while nobody can tell", async () => {
    const frozen = await frozenServer();
    const clients = [await frozen.connect(), await frozen.connect()];
    for (const client of clients) client.witness = () => Promise.resolve("flows");
    await sleep(limits.nodePatienceMs.none + 3 * limits.nodePingMs);
    expect(clients.map(({ closed }) => closed)).toEqual([false, false]);
    const [first] = clients;
    if (first) first.witness = () => new Promise(() => undefined);
    await until("given up", () => first?.closed === true, 2 * limits.nodePatienceMs.none + 2000);
    await frozen.close();
  });

  it("keeps a connection on which nothing is said as long as the other node answers pings", async () => {
    const { url, scope: server } = await echoServer();
    const client = await connectRpc(url, { scope: server.child("client"), log, hello: {} });
    await sleep(limits.nodePatienceMs.none + 3 * limits.nodePingMs);
    expect(await client.request("echo", { text: "still here" })).toEqual({ text: "still here" });
    await client.scope.close("done");
  });

  it("fails cleanly when nobody is there or hello is refused", async () => {
    const { http, port, scope: server } = await echoServer();
    const owner = server.child("clients");
    const connect = (url: string) => connectRpc(url, { scope: owner, log, hello: {} });
    await expect(connect("ws://127.0.0.1:1/ws")).rejects.toThrow();
    await expect(connect(`ws://127.0.0.1:${port}/other`)).rejects.toThrow();
    expect(http.server.listening).toBe(true);
    expect(owner.count()).toBe(0);
  });
});
