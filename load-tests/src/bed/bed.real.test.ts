import { spawn } from "node:child_process";
import { readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { until } from "../e2e/runner.ts";
import { Bed } from "./bed.ts";
import { must, run } from "./command.ts";
import { bedFault, orphans, removeOrphans } from "./owner.ts";
import type { BedPlan } from "./topology.ts";

const plan: BedPlan = {
  regions: [
    { name: "eu", net: "10.77.1", hosts: { origin: [10], near: [20] } },
    { name: "us", net: "10.77.2", hosts: { far: [30] } },
  ],
};
const fault = await bedFault();
if (fault) process.stderr.write(`the test bed is skipped: ${fault}\n`);

type Ping = { sent: number; received: number; avgMs: number; minMs: number };

/** Round trips of UDP packets to the echo on port 7 of a host, one every 4 ms. */
async function ping(bed: Bed, from: string, to: string, count = 10): Promise<Ping> {
  const code = `
    import { createSocket } from "node:dgram";
    const [host, count] = process.argv.slice(1);
    const socket = createSocket("udp4");
    const trips = [];
    socket.on("message", (packet) => trips.push(performance.now() - Number(packet)));
    for (let i = 0; i < Number(count); i++) {
      socket.send(String(performance.now()), 7, host);
      await new Promise((resolve) => setTimeout(resolve, 4));
    }
    await new Promise((resolve) => setTimeout(resolve, 400));
    const sum = trips.reduce((a, b) => a + b, 0);
    console.log(JSON.stringify({ sent: Number(count), received: trips.length, avgMs: sum / trips.length, minMs: Math.min(...trips) }));
    process.exit(0);`;
  const text = await bed
    .host(from)
    .run([process.execPath, "--input-type=module", "-e", code, bed.host(to).address, String(count)]);
  return JSON.parse(text) as Ping;
}

describe.skipIf(fault !== undefined)("the bed", () => {
  let bed: Bed;
  beforeAll(async () => {
    bed = await Bed.open(plan);
    const echo = `require("node:dgram").createSocket("udp4").on("message", function (packet, { port, address }) { this.send(packet, port, address); }).bind(7)`;
    for (const name of ["origin", "far"]) bed.host(name).spawn([process.execPath, "-e", echo]);
    await until("the echo answers", 5000, async () => (await ping(bed, "near", "far", 1)).received === 1);
  });
  afterAll(() => bed?.close());

  it("is fast inside a region and takes the link's delay between two", async () => {
    await bed.link("eu", "us").shape({ delayMs: 50 });
    const [inside, across] = [await ping(bed, "near", "origin"), await ping(bed, "near", "far")];
    expect(inside.received).toBe(10);
    expect(inside.avgMs).toBeLessThan(15);
    expect(across.received).toBe(10);
    expect(across.minMs).toBeGreaterThanOrEqual(100);
    expect(across.avgMs).toBeLessThan(125);
    await bed.link("eu", "us").shape({ delayMs: 0 });
  });

  it("loses what the link is told to lose, and nothing passes a cut", async () => {
    await bed.link("eu", "us").shape({ lossPct: 20 });
    const { received } = await ping(bed, "near", "far", 300);
    expect(received).toBeGreaterThan(150);
    expect(received).toBeLessThan(235);
    await bed.link("eu", "us").cut(true);
    expect((await ping(bed, "near", "far", 5)).received).toBe(0);
    await bed.link("eu", "us").cut(false);
    expect((await ping(bed, "near", "far", 5)).received).toBe(5);
  });

  it("loses packets at a host, blocks by rules, pulls cables, and heals", async () => {
    const near = bed.host("near");
    await near.loss(30);
    const lossy = await ping(bed, "near", "origin", 300);
    expect(lossy.received / lossy.sent).toBeGreaterThan(0.38);
    expect(lossy.received / lossy.sent).toBeLessThan(0.6);
    await near.loss(0);
    await near.firewall({ input: ["meta l4proto udp drop"] });
    expect((await ping(bed, "near", "origin", 3)).received).toBe(0);
    await near.firewall({});
    expect((await ping(bed, "near", "origin", 3)).received).toBe(3);
    await bed.host("far").plug("down");
    expect((await ping(bed, "near", "far", 3)).received).toBe(0);
    await bed.host("far").plug("up");
    await expect.poll(async () => (await ping(bed, "near", "far", 1)).received, { timeout: 5000 }).toBe(1);
  });

  it("holds a sender to its rate", async () => {
    await bed.host("near").uplink(400);
    const code = `
      import { createSocket } from "node:dgram";
      const socket = createSocket("udp4");
      let back = 0;
      socket.on("message", (packet) => { back += packet.length; });
      const end = performance.now() + 2000;
      while (performance.now() < end) {
        socket.send(Buffer.alloc(1200), 7, process.argv[1]);
        await new Promise((resolve) => setTimeout(resolve, 4));
      }
      console.log(back);
      process.exit(0);`;
    const bytes = Number(
      await bed
        .host("near")
        .run([process.execPath, "--input-type=module", "-e", code, bed.host("origin").address]),
    );
    await bed.host("near").uplink(0);
    const kbit = (bytes * 8) / 2000;
    expect(kbit).toBeGreaterThan(250);
    expect(kbit).toBeLessThan(520);
  });
});

describe.skipIf(fault !== undefined)("a bed whose process is killed", () => {
  it("is removed by the next one", async () => {
    const code = `
      const { Bed } = await import(${JSON.stringify(path.join(import.meta.dirname, "bed.ts"))});
      const bed = await Bed.open(${JSON.stringify(plan)});
      bed.host("near").spawn(["sleep", "60"]);
      console.log("up");
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((resolve) => child.stdout.once("data", resolve));
    const own = () => readdirSync("/run/netns").filter((name) => name.startsWith(`rst-${child.pid}-`));
    expect(own().length).toBe(6);
    child.kill("SIGKILL");
    await new Promise((resolve) => child.once("exit", resolve));
    expect(orphans().length).toBeGreaterThanOrEqual(6);
    await removeOrphans();
    expect(own()).toEqual([]);
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`rst-${child.pid}-`))).toEqual([]);
    // Nothing was ever in the machine's own network.
    expect(await must(["ip", "-br", "link"])).not.toContain("rst");
    expect((await run(["ip", "netns", "list"])).stdout).not.toContain(`rst-${child.pid}-`);
  });
});
