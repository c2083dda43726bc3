import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { leadingZeroBits, workText } from "@rostrum/rules";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { callerNetworks } from "../src/server/client-address.ts";
import { issueTicket, type Opened } from "../src/server/guard.ts";
import { pagePolicy } from "../src/server/page-policy.ts";
import {
  formGuard,
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  type Scheduled,
  type Stage,
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let host: Headers;
let webinar: Scheduled;
let verifier: Server;
/** What the verifier was asked, and what it says. */
const asked: Record<string, string>[] = [];
let says: number | { success: boolean } = { success: true };

beforeAll(async () => {
  verifier = createServer(async (request, response) => {
    const body = (await request.toArray()).join("");
    asked.push(Object.fromEntries(new URLSearchParams(body)));
    if (typeof says === "number") response.writeHead(says).end();
    else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(says));
  });
  await new Promise<void>((resolve) => verifier.listen(0, "127.0.0.1", resolve));
  stage = await openServer({
    CAPTCHA_SITE_KEY: "site",
    CAPTCHA_SECRET: "hush",
    CAPTCHA_VERIFY_URL: `http://127.0.0.1:${(verifier.address() as AddressInfo).port}/verify`,
    CAPTCHA_SCRIPT_URL: "https://captcha.example/widget.js",
  });
  host = await hostHeaders(stage.services, "guard@example.test");
  webinar = await scheduleAs(host);
});
afterAll(async () => {
  await stage.close();
  await new Promise((resolve) => verifier.close(resolve));
});
afterEach(() => {
  stage.services.config.CAPTCHA_PROVIDER = "none";
  stage.services.config.CAPTCHA_WHEN = "suspicious";
  says = { success: true };
  asked.length = 0;
});

let people = 0;
const submit = (guard: unknown, from?: string) =>
  mutate(
    "registration.submit",
    { slug: webinar.slug, email: `g${++people}@example.test`, name: "G", guard },
    from ? { "x-forwarded-for": from } : {},
  );
const open = async (hard: boolean, from?: string): Promise<Opened> =>
  (await mutate("registration.open", { slug: webinar.slug, hard }, from ? { "x-forwarded-for": from } : {}))
    .data as Opened;
/** As the browser's worker does it. */
function solved({ ticket, seed, bits }: Opened): { ticket: string; work: number } {
  for (let work = 0; ; work++)
    if (leadingZeroBits(createHash("sha256").update(workText(seed, work)).digest()) >= bits)
      return { ticket, work };
}
const aged = (more: Partial<{ slug: string; at: number; bits: number }>) => ({
  ticket: issueTicket(stage.services, { slug: webinar.slug, at: Date.now() - 10_000, bits: 0, ...more }),
});

describe("a registration", () => {
  it("of a form that was open for a while is not asked for anything", async () => {
    const { bits, captcha } = await open(false);
    expect([bits, captcha]).toEqual([0, null]);
    expect((await submit(formGuard(webinar.slug))).data).toEqual({ status: "registered" });
  });

  it("costs work when it comes without a form, too fast, with another's, an old or a forged one, or from who fills in everything", async () => {
    const forged = issueTicket(
      { config: { ROSTRUM_SECRET: "x".repeat(32) } as never },
      {
        slug: webinar.slug,
        at: Date.now() - 10_000,
        bits: 0,
      },
    );
    const strange = [
      undefined,
      { ticket: "" },
      { ticket: "e30.e30" },
      { ticket: `e30.${"ä".repeat(43)}` },
      { ticket: forged },
      aged({ at: Date.now() }),
      aged({ at: Date.now() - 25 * 3600_000 }),
      aged({ slug: "another-one" }),
      { ...aged({}), website: "https://spam.example" },
      // Work that was asked and not done, or is wrong.
      aged({ bits: 16 }),
      { ...aged({ bits: 16 }), work: 12 },
    ];
    for (const guard of strange) expect((await submit(guard)).refusal?.code).toBe("challenge.required");
    const pass = solved(await open(true));
    // Nobody is kept out for what their software filled in.
    expect((await submit({ ...pass, website: "x" })).data).toEqual({ status: "registered" });
  });

  it("may be followed by two more of the same form; what came to nothing does not count", async () => {
    const guard = formGuard(webinar.slug);
    for (let n = 0; n < 5; n++) {
      const wrong = {
        slug: webinar.slug,
        email: "w@example.test",
        name: "W",
        answers: { [crypto.randomUUID()]: "x" },
      };
      expect((await mutate("registration.submit", { ...wrong, guard })).refusal?.code).toBe("input.invalid");
    }
    for (let n = 0; n < 3; n++) expect((await submit(guard)).data).toEqual({ status: "registered" });
    expect((await submit(guard)).refusal?.code).toBe("challenge.required");
  });

  it("costs work in a crowd of one address or one network, and nobody else's", async () => {
    for (let n = 0; n < 30; n++)
      expect((await submit(formGuard(webinar.slug), "203.0.113.7")).data).toEqual({ status: "registered" });
    expect((await submit(formGuard(webinar.slug), "203.0.113.7")).refusal?.code).toBe("challenge.required");
    const opened = await open(false, "203.0.113.7");
    expect(opened.bits).toBeGreaterThanOrEqual(15);
    expect((await submit(solved(opened), "203.0.113.7")).data).toEqual({ status: "registered" });
    expect((await submit(formGuard(webinar.slug), "203.0.113.8")).data).toEqual({ status: "registered" });
  }, 60_000);

  it("is counted by /24 and by /48 and /64", () => {
    expect(callerNetworks("203.0.113.7")).toEqual({ subscriber: "203.0.113.7", network: "203.0.113.0/24" });
    expect(callerNetworks("::ffff:203.0.113.7").network).toBe("203.0.113.0/24");
    expect(callerNetworks("2001:DB8:1:2::5")).toEqual({
      subscriber: "2001:db8:1:2::/64",
      network: "2001:db8:1::/48",
    });
    expect(callerNetworks("2001:db8:0001::1").network).toBe(callerNetworks("2001:db8:1:ffff::").network);
    expect(callerNetworks("fe80::1%eth0").network).toBe("fe80:0:0::/48");
    expect(callerNetworks("unknown").network).toBe("unknown");
  });
});

describe("a CAPTCHA", () => {
  const config = () => stage.services.config;

  it("is asked of whoever is suspicious, and verified with its provider", async () => {
    config().CAPTCHA_PROVIDER = "custom";
    expect((await submit(formGuard(webinar.slug))).data).toEqual({ status: "registered" });
    expect(asked).toEqual([]);
    const fast = aged({ at: Date.now() });
    expect((await submit(fast)).refusal).toMatchObject({
      code: "challenge.required",
      field: "guard.captcha",
    });
    const opened = await open(true);
    expect(opened.captcha).toMatchObject({ siteKey: "site", global: "captcha", when: "suspicious" });
    const pass = { ...solved(opened), captcha: "answer" };
    expect((await submit(pass, "203.0.113.99")).data).toEqual({ status: "registered" });
    expect(asked).toEqual([
      { secret: "hush", response: "answer", remoteip: "203.0.113.99", sitekey: "site" },
    ]);
    says = { success: false };
    expect((await submit({ ...fast, captcha: "wrong" })).refusal?.field).toBe("guard.captcha");
  });

  it("may be asked of everybody; while its provider is away, work does instead", async () => {
    config().CAPTCHA_PROVIDER = "turnstile";
    config().CAPTCHA_WHEN = "always";
    expect((await submit(formGuard(webinar.slug))).refusal?.field).toBe("guard.captcha");
    expect((await submit({ ...formGuard(webinar.slug), captcha: "a" })).data).toEqual({
      status: "registered",
    });
    says = 503;
    const refused = await submit({ ...formGuard(webinar.slug), captcha: "a" });
    expect(refused.refusal).toMatchObject({ code: "challenge.required" });
    expect(refused.refusal?.field).toBeUndefined();
    const pass = { ...solved(await open(true)), captcha: "a" };
    expect((await submit(pass)).data).toEqual({ status: "registered" });
  });

  it("is let onto pages with a form, and no others", async () => {
    const off = await pagePolicy(stage.services, "/w/x");
    expect(off).not.toContain("captcha.example");
    config().CAPTCHA_PROVIDER = "custom";
    for (const page of ["/w/x", "/embed/w/x"]) {
      const on = await pagePolicy(stage.services, page);
      expect(on).toMatch(/script-src 'self' 'unsafe-inline' https:\/\/captcha\.example/);
      expect(on).toMatch(/frame-src 'self' https:\/\/captcha\.example/);
    }
    expect(await pagePolicy(stage.services, "/console")).not.toContain("captcha.example");
  });
});
