import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLog, Scope, sleep } from "@rostrum/platform";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Destination, HubProcess } from "../src/rtmp/index.ts";
import { start } from "./media.ts";
import { freePort, until } from "./ports.ts";

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

  it("gets the programme of a compositor that is far behind", { timeout: 40_000 }, async () => {
    const storePath = await mkdtemp(join(tmpdir(), "egress-hub-"));
    const hub = new HubProcess({ port: await freePort(), storePath, scope, log });
    hub.want();
    const programme = hub.url(randomUUID());
    // Two pictures a second, as from a machine that has no time.
    const picture = ["-re", "-f", "lavfi", "-i", "testsrc=size=320x180:rate=2"];
    const sound = ["-f", "lavfi", "-i", "sine"];
    const codecs = [
      "-c:v",
      "libx264",
      "-pix_fmt",
      "yuv420p",
      "-tune",
      "zerolatency",
      "-g",
      "4",
      "-c:a",
      "aac",
    ];
    const url = `rtmp://127.0.0.1:${await freePort()}/live/secretkey123`;
    const sink = start("ffmpeg", ["-nostdin", "-listen", "1", "-f", "flv", "-i", url, "-f", "null", "-"]);
    await sleep(1000);
    const compositor = start("ffmpeg", ["-nostdin", ...picture, ...sound, ...codecs, "-f", "flv", programme]);
    try {
      await sleep(1500);
      const { status } = new Destination({
        destination: { id: randomUUID(), label: "sink", url },
        source: programme,
        flows: () => true,
        ffmpegPath: "ffmpeg",
        scope,
        log,
      });
      await until("pictures leave", 7000, () => status.frames > 0);
      expect(status).toMatchObject({ state: "live", retries: 0, fault: null });
    } finally {
      await Promise.all([compositor.stop(), sink.stop()]);
      await rm(storePath, { recursive: true, force: true });
    }
  });
});
