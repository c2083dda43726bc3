import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type Shape, shapeOf } from "./shape.ts";
import { TcpRelay } from "./tcp-relay.ts";
import { type Address, UdpRelay } from "./udp-relay.ts";

const local = (port = 0): Address => ({ host: "127.0.0.1", port });
const open: { close: () => void }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

const shapes = (values: Partial<Shape>) => ({ forth: shapeOf(values), back: shapeOf(values), seed: 5 });

async function udpSocket(onMessage: (socket: Socket, packet: Buffer, port: number) => void) {
  const socket = createSocket("udp4");
  open.push({ close: () => socket.close() });
  socket.on("message", (packet, { port }) => onMessage(socket, packet, port));
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

describe("a UDP relay", () => {
  it("takes its delay both ways and loses its share", async () => {
    const echo = await udpSocket((socket, packet, port) => socket.send(packet, port, "127.0.0.1"));
    const relay = await UdpRelay.open({
      bind: local(),
      to: local(echo.address().port),
      ...shapes({ delayMs: 40, lossPct: 20 }),
    });
    open.push(relay);
    const tripsMs: number[] = [];
    const client = await udpSocket((_, packet) =>
      tripsMs.push(performance.now() - Number(packet.toString())),
    );
    for (let i = 0; i < 200; i++) {
      client.send(String(performance.now()), relay.address.port, "127.0.0.1");
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
    const { forth, back, clients } = relay.counts;
    expect(forth.packets).toBe(200);
    expect(back.packets).toBe(200 - forth.lost);
    expect(tripsMs.length).toBe(back.packets - back.lost);
    expect(forth.lost + back.lost).toBeGreaterThan(40);
    expect(clients).toBe(1);
    const sorted = tripsMs.sort((a, b) => a - b);
    expect(sorted[0]).toBeGreaterThanOrEqual(79);
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThan(110);
  });

  it("stands in for each of two known ends, and can be cut and mended", async () => {
    const heard: string[] = [];
    const a = await udpSocket((_, packet, port) => heard.push(`a ${packet} ${port}`));
    // Both ends are on this machine, so they need addresses of their own.
    const b = createSocket("udp4");
    open.push({ close: () => b.close() });
    b.on("message", (packet, { port }) => heard.push(`b ${packet} ${port}`));
    b.bind(0, "127.0.0.2");
    await once(b, "listening");
    const relay = await UdpRelay.open({
      bind: { host: "0.0.0.0", port: 0 },
      from: local(a.address().port),
      to: { host: "127.0.0.2", port: b.address().port },
      ...shapes({}),
    });
    open.push(relay);
    const { port } = relay.address;
    const exchange = async () => {
      heard.length = 0;
      a.send("hello", port, "127.0.0.1");
      b.send("hi", port, "127.0.0.1");
      await new Promise((resolve) => setTimeout(resolve, 60));
      return [...heard].sort();
    };
    expect(await exchange()).toEqual([`a hi ${port}`, `b hello ${port}`]);
    relay.reshape({ forth: shapeOf({ lossPct: 100 }), back: shapeOf({ lossPct: 100 }) });
    expect(await exchange()).toEqual([]);
    relay.reshape({ forth: shapeOf({}), back: shapeOf({}) });
    expect(await exchange()).toEqual([`a hi ${port}`, `b hello ${port}`]);
  });
});

describe("a TCP relay", () => {
  it("keeps every byte in order, late by its delay, and ends with its sender", async () => {
    const server = createServer((socket) => socket.pipe(socket));
    open.push({ close: () => server.close() });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const bound = server.address();
    const to = local(typeof bound === "object" && bound ? bound.port : 0);
    const relay = await TcpRelay.open({ bind: local(), to, ...shapes({ delayMs: 30, jitterMs: 20 }) });
    open.push(relay);
    const client = connect(relay.address.port, "127.0.0.1");
    const sent = Buffer.from(Array.from({ length: 1_000_000 }, (_, i) => i % 251));
    const startedAt = performance.now();
    let firstAt = 0;
    const parts: Buffer[] = [];
    client.on("data", (part) => {
      firstAt ||= performance.now();
      parts.push(part);
    });
    client.end(sent);
    await once(client, "close");
    expect(Buffer.concat(parts).equals(sent)).toBe(true);
    expect(firstAt - startedAt).toBeGreaterThanOrEqual(20);
  });
});
