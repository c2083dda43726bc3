import { createHmac, hkdfSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import {
  baseConfigShape,
  ConfigError,
  createLog,
  createTokens,
  describeConfig,
  loadConfig,
  Reconciler,
  Scope,
  secret,
  sleep,
} from "./index.ts";
import { TokenBucket } from "./token-bucket.ts";

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

describe("a scope's work", () => {
  it("is waited for and starts no more once it closes", async () => {
    const scope = new Scope("root", log);
    let running = 0;
    let finished = 0;
    scope.every(5, "tick", async () => {
      running++;
      expect(running).toBe(1);
      await sleep(30);
      running--;
      finished++;
    });
    let aborted = false;
    scope.run("job", async (signal) => {
      await sleep(10_000, signal).catch(() => {
        aborted = true;
      });
    });
    scope.after(10_000, "late", () => expect.unreachable());
    await sleep(20);
    expect(scope.count()).toBe(3);
    await scope.close("done");
    expect([running, aborted, scope.count()]).toEqual([0, true, 0]);
    const before = finished;
    await sleep(40);
    expect(finished).toBe(before);
  });

  it("does not bring the process down when it fails", async () => {
    const scope = new Scope("root", log);
    const fail = () => {
      throw new Error("no");
    };
    scope.every(5, "tick", fail);
    scope.after(1, "once", fail);
    scope.run("job", async () => fail());
    await sleep(30);
    await scope.close("done");
    expect(scope.count()).toBe(0);
  });
});

describe("a reconciler", () => {
  it("runs once at a time, again after a nudge, and goes on after a failure", async () => {
    const scope = new Scope("root", log);
    let running = 0;
    let runs = 0;
    const reconciler = new Reconciler(scope, {
      name: "test",
      everyMs: 20,
      reconcile: async () => {
        running++;
        runs++;
        expect(running).toBe(1);
        await sleep(5);
        running--;
        if (runs === 2) throw new Error("no");
      },
    });
    for (let i = 0; i < 10; i++) reconciler.nudge();
    await sleep(100);
    expect(runs).toBeGreaterThan(3);
    await scope.close("done");
    const before = runs;
    reconciler.nudge();
    await sleep(30);
    expect(runs).toBe(before);
  });
});

describe("a token bucket", () => {
  it("gives its size at once and its rate after that", () => {
    const bucket = new TokenBucket(10, 2, 0);
    const taken = (now: number) => Array.from({ length: 20 }, () => bucket.take(now)).filter(Boolean).length;
    expect(taken(0)).toBe(10);
    expect(taken(1000)).toBe(2);
    expect(taken(1100)).toBe(0);
    expect(taken(60_000)).toBe(10);
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
    const wrapped = z.object({
      A: secret(z.string()).optional().describe("a"),
      B: secret(z.string()).default("sesame"),
      C: secret(z.string().transform((value) => value.length)).optional(),
      D: z.string(),
    });
    const env = { A: "sesame", C: "sesame", D: "smtp://user:sesame@mail.test:25" };
    expect(describeConfig(wrapped, loadConfig(wrapped, env, "test"))).toBe(
      "A=[hidden]\nB=[hidden]\nC=[hidden]\nD=smtp://user:[hidden]@mail.test:25",
    );
  });

  it("names a fault between keys", () => {
    const pair = z.object({ A: z.string().optional(), B: z.string().optional() });
    const both = pair.refine(({ A, B }) => (A === undefined) === (B === undefined), "A and B go together");
    expect(() => loadConfig(both, { A: "x", B: "" }, "test")).toThrow("A and B go together");
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

  it("are refused without an end, of another kind, or by another algorithm, whoever signed them", async () => {
    const secret = Buffer.from(hkdfSync("sha256", key, "rostrum", "room", 32));
    const base64 = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
    const craft = (header: object, payload: object, hash = "sha256") => {
      const signed = `${base64(header)}.${base64(payload)}`;
      return `${signed}.${createHmac(hash, secret).update(signed).digest("base64url")}`;
    };
    const header = { alg: "HS256", typ: "room" };
    const payload = { ...(claims as object), aud: "edge", exp: Math.floor(Date.now() / 1000) + 60 };
    expect((await tokens.verifyRoom(craft(header, payload), "edge")).name).toBe("Ada");
    const hostile = {
      "no end": craft(header, { ...payload, exp: undefined }),
      "an end that is no time": craft(header, { ...payload, exp: "soon" }),
      "no audience": craft(header, { ...payload, aud: undefined }),
      "of another kind": craft({ ...header, typ: "node" }, payload),
      "of no kind": craft({ alg: "HS256" }, payload),
      "by another algorithm": craft({ ...header, alg: "HS512" }, payload, "sha512"),
      "by none": `${base64({ ...header, alg: "none" })}.${base64(payload)}.`,
      "no claims": craft(header, []),
      "cut short": craft(header, payload).slice(0, -1),
      nothing: "",
    };
    for (const [what, token] of Object.entries(hostile))
      await expect(tokens.verifyRoom(token, "edge"), what).rejects.toMatchObject({ code: "token.invalid" });
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
    const mac = access.split(".")[1];
    // Another spelling of a good access is no access: it would fill caches with copies.
    for (const bad of [
      "",
      ".",
      "x.y",
      "1000",
      "1e9.aaaa",
      `1e3.${mac}`,
      `01000.${mac}`,
      `${access}=`,
      `${access}.x`,
    ])
      expect(tokens.verifyHlsAccess("w1", bad, 0), bad).toBe(false);
  });
});
