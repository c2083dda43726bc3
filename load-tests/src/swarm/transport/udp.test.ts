import { createSocket } from "node:dgram";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { UdpSocket } from "./udp.ts";

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.close();
});

/** A server on loopback that answers each datagram with itself; what it heard, and from which ports. */
async function echo(host: "127.0.0.1" | "::1") {
  const server = createSocket(host === "::1" ? "udp6" : "udp4");
  server.bind(0, host);
  await once(server, "listening");
  open.push(server);
  const heard: string[] = [];
  const ports: number[] = [];
  server.on("message", (datagram, { port, address }) => {
    heard.push(datagram.toString());
    ports.push(port);
    server.send(datagram, port, address);
  });
  return { server, port: server.address().port, heard, ports };
}

async function connect(host: string, port: number, got: string[]): Promise<UdpSocket> {
  const socket = await UdpSocket.connect(host, port, (datagram) => got.push(datagram.toString()));
  open.push(socket);
  return socket;
}

describe("a UDP socket", () => {
  it.each(["127.0.0.1", "::1"] as const)("sends to %s and reads what comes back", async (host) => {
    const { port } = await echo(host);
    const got: string[] = [];
    (await connect(host, port, got)).send(Buffer.from("one"));
    await expect.poll(() => got).toEqual(["one"]);
  });

  it("reads all that has come at once, for more sockets than one look asks for", async () => {
    const { server, port, ports } = await echo("127.0.0.1");
    const got: string[] = [];
    for (let i = 0; i < 700; i++) {
      (await connect("127.0.0.1", port, got)).send(Buffer.from("hello"));
      await expect.poll(() => ports.length, { interval: 1 }).toBe(i + 1);
    }
    await expect.poll(() => got.length).toBe(700);
    for (let round = 0; round < 5; round++) for (const to of ports) server.send(`${round}`, to, "127.0.0.1");
    await expect.poll(() => got.length).toBe(700 * 6);
    expect(got.filter((text) => text === "4")).toHaveLength(700);
  });

  it("outlives a port that refuses, and is heard when it opens", async () => {
    const { port, heard } = await echo("127.0.0.1");
    for (const one of open.splice(0)) one.close();
    const socket = await connect("127.0.0.1", port, []);
    socket.send(Buffer.from("nobody"));
    await sleep(20);
    const server = createSocket("udp4");
    open.push(server);
    server.on("message", (datagram) => heard.push(datagram.toString()));
    server.bind(port, "127.0.0.1");
    await once(server, "listening");
    // The first call after a refusal only tells of it.
    socket.send(Buffer.from("again"));
    socket.send(Buffer.from("again"));
    await expect.poll(() => heard).toContain("again");
  });

  it("is silent once closed, and closes once", async () => {
    const { port, heard } = await echo("127.0.0.1");
    const got: string[] = [];
    const socket = await connect("127.0.0.1", port, got);
    const other = await connect("127.0.0.1", port, []);
    socket.send(Buffer.from("before"));
    await expect.poll(() => got).toEqual(["before"]);
    socket.close();
    socket.close();
    socket.send(Buffer.from("after"));
    other.send(Buffer.from("other"));
    await expect.poll(() => heard).toContain("other");
    expect(heard).not.toContain("after");
  });
});
