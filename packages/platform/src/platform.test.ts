import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  baseConfigShape,
  ConfigError,
  createLog,
  createTokens,
  describeConfig,
  loadConfig,
  Scope,
  secret,
} from "./index.ts";

const log = createLog({ service: "test", level: "silent" });
const key = "0123456789abcdef0123456789abcdef";

describe("scope", () => {
  it("closes children first, newest first, once, and counts what is alive", async () => {
    const order: string[] = [];
    const scope = new Scope("root", log);
    scope.add("first", () => void order.push("first"));
    const child = scope.child("child");
    child.add("inner", () => void order.push("inner"));
    scope.add("last", () => void order.push("last"));
    expect(scope.count()).toBe(3);
    await Promise.all([scope.close("done"), scope.close("again")]);
    expect(order).toEqual(["last", "inner", "first"]);
    expect(scope.count()).toBe(0);
    let late = false;
    scope.add("late", () => {
      late = true;
    });
    expect(late).toBe(true);
  });

  it("goes on closing when one entry throws", async () => {
    const scope = new Scope("root", log);
    let closed = false;
    scope.add("good", () => {
      closed = true;
    });
    scope.add("bad", () => {
      throw new Error("no");
    });
    await scope.close("done");
    expect(closed).toBe(true);
  });

  it("leaves its parent when it closes by itself", async () => {
    const scope = new Scope("root", log);
    const child = scope.child("child");
    child.add("thing", () => {});
    await child.close("done");
    expect(scope.alive()).toEqual([]);
  });
});

describe("configuration", () => {
  const schema = z.object({
    ...baseConfigShape,
    KEY: secret(z.string().min(4)),
    COUNT: z.coerce.number().int().default(3),
  });

  it("names every fault at once", () => {
    const load = () => loadConfig(schema, { HTTP_PORT: "99999", KEY: "abc", PUBLIC_URL: "" }, "test");
    expect(load).toThrow(ConfigError);
    try {
      load();
    } catch (error) {
      const { faults } = error as ConfigError;
      for (const name of [
        "NODE_ID: is not set",
        "HTTP_PORT",
        "KEY",
        "PUBLIC_URL: is not set",
        "ROSTRUM_SECRET",
      ]) {
        expect(
          faults.some((fault) => fault.startsWith(name)),
          name,
        ).toBe(true);
      }
    }
  });

  it("hides secrets when it is printed", () => {
    const small = z.object({ KEY: secret(z.string()), COUNT: z.coerce.number().default(3) });
    const text = describeConfig(small, loadConfig(small, { KEY: "sesame" }, "test"));
    expect(text).toBe("KEY=[hidden]\nCOUNT=3");
  });
});

describe("tokens", () => {
  const tokens = createTokens(key);
  const claims = {
    audience: "edge",
    webinarId: "11111111-1111-4111-8111-111111111111",
    participantId: "22222222-2222-4222-8222-222222222222",
    admissionId: "33333333-3333-4333-8333-333333333333",
    role: "attendee",
    delivery: "webrtc",
    name: "Ada",
  } as never;

  it("open what they are for and nothing else", async () => {
    const token = await tokens.signRoom(claims, 60);
    expect((await tokens.verifyRoom(token, "edge")).name).toBe("Ada");
    await expect(tokens.verifyRoom(token, "stage")).rejects.toMatchObject({ code: "token.invalid" });
    await expect(tokens.verifyNode(token)).rejects.toMatchObject({ code: "token.invalid" });
    await expect(createTokens(`${key}x`).verifyRoom(token, "edge")).rejects.toMatchObject({
      code: "token.invalid",
    });
    await expect(tokens.verifyRoom("eyJhbGciOiJub25lIn0.e30.", "edge")).rejects.toMatchObject({
      code: "token.invalid",
    });
  });

  it("expire", async () => {
    const token = await tokens.signRoom(claims, -1);
    await expect(tokens.verifyRoom(token, "edge")).rejects.toMatchObject({ code: "token.expired" });
  });

  it("give HLS access to one webinar until a time", () => {
    const access = tokens.hlsAccess("w1", 1000);
    expect(tokens.verifyHlsAccess("w1", access, 999_000)).toBe(true);
    expect(tokens.verifyHlsAccess("w1", access, 1_000_001)).toBe(false);
    expect(tokens.verifyHlsAccess("w2", access, 0)).toBe(false);
    expect(tokens.verifyHlsAccess("w1", access.replace("1000", "9999"), 0)).toBe(false);
    for (const bad of ["", ".", "x.y", "1000", "1e9.aaaa"])
      expect(tokens.verifyHlsAccess("w1", bad, 0)).toBe(false);
  });
});
