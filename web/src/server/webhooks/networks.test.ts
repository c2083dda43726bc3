import { createServer } from "node:http";
import { describe, expect, it } from "vitest";
import { postOnce } from "./call.ts";
import { Networks, parseNetworks } from "./networks.ts";

describe("addresses that webhooks may call", () => {
  it("are public ones", () => {
    const open = new Networks("");
    for (const address of [
      "8.8.8.8",
      "1.1.1.1",
      "100.63.255.255",
      "172.32.0.1",
      "2606:4700::1111",
      "::ffff:8.8.8.8",
    ])
      expect(open.mayCall(address), address).toBe(true);
    const closed = [
      "127.0.0.1",
      "0.0.0.0",
      "10.1.2.3",
      "100.64.0.1",
      "169.254.169.254",
      "172.16.0.1",
      "192.168.1.1",
      "224.0.0.1",
      "255.255.255.255",
      "::",
      "::1",
      "::ffff:127.0.0.1",
      "::ffff:a9fe:a9fe",
      "64:ff9b::7f00:1",
      "2002:7f00:1::",
      "fd00::1",
      "fe80::1",
      "ff02::1",
      "no address",
    ];
    for (const address of closed) expect(open.mayCall(address), address).toBe(false);
  });

  it("and those that the operator names", () => {
    const networks = new Networks("10.1.0.0/16, 192.168.7.5,fd00::/8");
    for (const address of ["10.1.2.3", "::ffff:10.1.2.3", "192.168.7.5", "fd12::1", "8.8.8.8"])
      expect(networks.mayCall(address), address).toBe(true);
    for (const address of ["10.2.0.1", "192.168.7.6", "fc00::1"])
      expect(networks.mayCall(address), address).toBe(false);
    for (const text of ["10.0.0.0/33", "example.com", "10.0.0.0/x", "fd00::/129"])
      expect(() => parseNetworks(text), text).toThrow("not a network");
  });

  it("are looked at when the connection is made, not before", async () => {
    const server = createServer((_, response) => response.end("inside"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const call = (allowed: string) =>
      postOnce(new Networks(allowed), {
        url: `http://localhost:${port}/`,
        headers: {},
        body: "{}",
        timeoutMs: 2000,
      });
    expect(await call("")).toMatchObject({
      status: null,
      excerpt: expect.stringContaining("private or reserved"),
    });
    expect(await call("127.0.0.0/8")).toEqual({ status: 200, excerpt: "inside" });
    server.close();
  });
});
