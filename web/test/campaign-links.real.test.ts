import { randomUUID } from "node:crypto";
import { acceptFacts } from "@rostrum/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { handleLink } from "../src/server/campaign-links.ts";
import { pagePolicy } from "../src/server/page-policy.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  publicUrl,
  query,
  type Stage,
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let host: Headers;
beforeAll(async () => {
  stage = await openServer();
  host = await hostHeaders(stage.services, "host@example.test");
});
afterAll(() => stage.close());

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const follow = (url: string, headers: Headers = {}, method = "GET") =>
  handleLink(
    stage.services,
    new Request(url.replace("http://localhost:4400", publicUrl), {
      method,
      headers: { "user-agent": firefox, "x-forwarded-for": "203.0.113.1", ...headers },
    }),
  );

type Link = { id: string; url: string; visits: number; registered: number; attended: number };

it("counts people once a day, leads to the form with the campaign, and follows them to the room", async () => {
  const { id, slug } = await scheduleAs(host);
  const made = await mutate(
    "campaignLink.create",
    { webinarId: id, name: "Newsletter", source: "news letter", medium: "email", campaign: "spring&co" },
    host,
  );
  const link = made.data as Link;
  const response = await follow(`${link.url}?utm_content=top`);
  expect(response.status).toBe(302);
  const target = new URL(response.headers.get("location") ?? "");
  expect(target.pathname).toBe(`/w/${slug}`);
  const utm = Object.fromEntries(target.searchParams);
  expect(utm).toMatchObject({
    utm_source: "news letter",
    utm_medium: "email",
    utm_campaign: "spring&co",
    utm_content: "top",
    utm_id: link.url.split("/").at(-1),
  });
  await follow(link.url);
  await follow(link.url, { "x-forwarded-for": "203.0.113.2" }, "HEAD");
  await follow(link.url, { "x-forwarded-for": "203.0.113.3", "sec-purpose": "prefetch;prerender" });
  await follow(link.url, { "x-forwarded-for": "203.0.113.4", purpose: "preview" });
  for (const robot of [
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "Googlebot/2.1",
    "curl/8.5.0",
    "",
  ])
    await follow(link.url, { "x-forwarded-for": "203.0.113.5", "user-agent": robot });
  const list = async () => (await query("campaignLink.list", { webinarId: id }, host)).data as Link[];
  expect(await list()).toMatchObject([{ visits: 1, registered: 0, attended: 0 }]);
  await follow(link.url, { "x-forwarded-for": "203.0.113.6" });
  await mutate("registration.submit", { slug, email: "a@example.test", name: "A", utm });
  await mutate("registration.submit", {
    slug,
    email: "b@example.test",
    name: "B",
    utm: { utm_source: "news letter" },
  });
  const { rows } = (await query("registration.list", { webinarId: id }, host)).data as {
    rows: { id: string; email: string }[];
  };
  const participantId = rows.find(({ email }) => email === "a@example.test")?.id;
  await acceptFacts(stage.services.db, [
    {
      factId: randomUUID(),
      type: "attendance.opened",
      at: Date.now(),
      intervalId: randomUUID(),
      webinarId: id,
      participantId,
      admissionId: randomUUID(),
      role: "attendee",
      delivery: "hls",
      nodeId: "edge/1",
    },
  ] as never);
  expect(await list()).toMatchObject([{ visits: 2, registered: 1, attended: 1 }]);
  expect((await mutate("campaignLink.remove", { webinarId: id, id: link.id }, host)).status).toBe(200);
  expect((await follow(link.url)).status).toBe(404);
});

it("lets the sites that an organisation names frame its forms, and nobody anything else", async () => {
  const { slug } = await scheduleAs(host);
  const policy = async (path: string) =>
    (await pagePolicy(stage.services, path)).split("frame-ancestors ")[1];
  expect(await policy(`/embed/w/${slug}`)).toBe("'self'");
  const saved = await mutate(
    "integration.setEmbedOrigins",
    { origins: ["https://www.Example.com/", "https://shop.example.com:8443"] },
    host,
  );
  expect(saved.data).toEqual({ origins: ["https://www.example.com", "https://shop.example.com:8443"] });
  expect(await policy(`/embed/w/${slug}?utm_source=x`)).toBe(
    "'self' https://www.example.com https://shop.example.com:8443",
  );
  const other = await scheduleAs(await hostHeaders(stage.services, "other@example.test"));
  expect(await policy(`/embed/w/${other.slug}`)).toBe("'self'");
  for (const path of [
    "/",
    "/console",
    `/w/${slug}`,
    "/embed/w/nothing",
    `/embed/w/${slug}/../../console`,
    `//embed/w/${slug}`,
  ])
    expect(await policy(path), path).toBe("'none'");
  for (const origin of [
    "https://a.example/path",
    "javascript:alert(1)",
    "https://*.example.com",
    "https://a.example; script-src *",
    "'self'",
    "example.com",
  ])
    expect(
      (await mutate("integration.setEmbedOrigins", { origins: [origin] }, host)).refusal?.code,
      origin,
    ).toBe("input.invalid");
});
