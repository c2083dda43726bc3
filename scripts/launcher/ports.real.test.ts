import { createServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { requirePorts, takenPorts } from "./ports.ts";
import { freePort } from "./test-backing.ts";

const open: (() => void)[] = [];
afterEach(() => {
  for (const close of open.splice(0)) close();
});

async function occupied(): Promise<{ port: number; close: () => void }> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const close = (): void => void server.close();
  open.push(close);
  return { port: typeof address === "object" && address ? address.port : 0, close };
}
const need = (port: number) => ({ port, protocol: "tcp" as const, ip: "127.0.0.1", what: "web" });

describe("ports", () => {
  it("tells taken ones from free ones", async () => {
    const { port } = await occupied();
    const free = await freePort();
    const taken = await takenPorts([need(port), need(free), { ...need(free), protocol: "udp" }]);
    expect(taken.map((one) => one.need.port)).toEqual([port]);
  });

  it("names the port, its purpose and who holds it", async () => {
    const { port } = await occupied();
    const holder = process.platform === "linux" ? `(pid ${process.pid})` : "";
    await expect(requirePorts([need(port)], 0)).rejects.toThrow(
      new RegExp(`port ${port} for web is taken.*${holder.replace(/[()]/g, "\\$&")}`),
    );
  });

  it("waits for one that is being given back", async () => {
    const { port, close } = await occupied();
    setTimeout(close, 300);
    await expect(requirePorts([need(port)], 3000)).resolves.toBeUndefined();
  });
});
