import { randomUUID } from "node:crypto";
import { createServer, type Server } from "node:net";
import { createLog, Scope, sleep } from "@rostrum/platform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Destination } from "../src/rtmp/index.ts";

const log = createLog({ service: "test", level: "silent" });

describe("a destination", () => {
  const scope = new Scope("destination test", log);
  let silent: Server;
  let calls = 0;
  let source: string;

  /** A hub that nothing has been published to: it takes connections and says nothing. */
  beforeAll(async () => {
    silent = createServer((socket) => {
      calls++;
      socket.on("error", () => {});
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const address = silent.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    source = `rtmp://127.0.0.1:${address.port}/live/programme`;
  });
  afterAll(async () => {
    await scope.close("done");
    silent.close();
  });

  it("is not blamed while the programme has nothing to send, and is when it has", {
    timeout: 40_000,
  }, async () => {
    let flowing = false;
    const { status } = new Destination({
      destination: { id: randomUUID(), label: "sink", url: "rtmp://127.0.0.1:9/live/secretkey123" },
      source,
      flows: () => flowing,
      ffmpegPath: "ffmpeg",
      scope,
      log,
    });
    await sleep(2000);
    expect(status).toMatchObject({ state: "connecting", retries: 0, fault: null });
    expect(calls).toBe(0);
    flowing = true;
    await sleep(6000);
    expect(calls).toBeGreaterThan(0);
    expect(status.retries).toBe(0);
    await sleep(4000);
    expect(status).toMatchObject({ state: "retrying", fault: "The destination takes nothing." });
  });
});
