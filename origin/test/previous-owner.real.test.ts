import { randomUUID } from "node:crypto";
import { createServer } from "node:net";
import { createLog, createTokens, HttpServer, Scope } from "@rostrum/platform";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { askPreviousOwner, serveOwnership } from "../src/previous-owner.ts";

const log = createLog({ service: "test", level: "silent" });
const tokens = createTokens("a secret that is long enough for a test");
const webinarId = randomUUID();

let scope: Scope;
let address: string;
const owned = new Map<string, number>();

beforeEach(async () => {
  scope = new Scope("test", log);
  const http = new HttpServer(log);
  serveOwnership({ http, tokens, fencingOf: (id) => owned.get(id) });
  address = `http://127.0.0.1:${await http.listen("127.0.0.1", 0, scope)}`;
});
afterEach(async () => {
  owned.clear();
  await scope.close("done");
});

const ask = async (at: string, fencing = 7) =>
  askPreviousOwner(
    { holder: "origin", address: at, fencing },
    { webinarId, credential: await tokens.signNode({ nodeId: "origin-2", kind: "origin" }) },
  );

describe("the previous owner of a stage", () => {
  it("still has it, has an older or newer right to it, or has let it go", async () => {
    expect(await ask(address)).toBe("gone");
    owned.set(webinarId, 7);
    expect(await ask(address)).toBe("owner");
    expect(await ask(address, 6)).toBe("gone");
  });

  it("is gone when nobody listens there any more", async () => {
    owned.set(webinarId, 7);
    await scope.close("killed");
    expect(await ask(address)).toBe("gone");
  });

  it("is silent when its process has the port and does not answer, as one that was stopped", async () => {
    const frozen = createServer(() => undefined);
    await new Promise<void>((resolve) => frozen.listen(0, "127.0.0.1", resolve));
    const at = frozen.address();
    const port = typeof at === "object" && at ? at.port : 0;
    const askedAt = performance.now();
    expect(await ask(`http://127.0.0.1:${port}`)).toBe("silent");
    expect(performance.now() - askedAt).toBeLessThan(1500);
    frozen.close();
  });

  it("answers nodes of ours only", async () => {
    owned.set(webinarId, 7);
    expect((await fetch(`${address}/stages/${webinarId}`)).status).toBe(401);
    const headers = { authorization: "Bearer made-up" };
    expect((await fetch(`${address}/stages/${webinarId}`, { headers })).status).toBe(401);
  });
});
