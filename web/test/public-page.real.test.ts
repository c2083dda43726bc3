import { randomUUID } from "node:crypto";
import { deleteUnusedPictures, findPicture } from "@rostrum/db";
import ICAL from "ical.js";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { POST as upload } from "../src/app/api/pictures/route.ts";
import { GET as picture } from "../src/app/pictures/[id]/route.ts";
import { GET as calendar } from "../src/app/w/[slug]/calendar.ics/route.ts";
import { GET as share } from "../src/app/w/[slug]/share.png/route.tsx";
import { composeMail } from "../src/server/mail/compose.ts";
import { roomSnapshot } from "../src/server/use-cases/room-snapshot.ts";
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
  host = await hostHeaders(stage.services, "page@example.test");
});
afterAll(() => stage.close());

const red = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: "#c01030" } });
const send = (kind: string, body: Uint8Array | string, headers: Headers = host) =>
  upload(
    new Request(`${publicUrl}/api/pictures?kind=${kind}`, {
      method: "POST",
      headers,
      body: typeof body === "string" ? body : Uint8Array.from(body),
    }),
  );
const uploaded = async (kind: string, headers: Headers = host) =>
  ((await (await send(kind, await red(2000, 1500).jpeg().toBuffer(), headers)).json()) as { id: string }).id;
const get = (id: string, headers: Headers = {}) =>
  picture(new Request(`${publicUrl}/pictures/${id}`, { headers }), { params: Promise.resolve({ id }) });
const of = (slug: string) => ({ params: Promise.resolve({ slug }) });
const blank = { accent: null, logo: null, cover: null, speakers: [], agenda: [] };
const listing = { visibility: "public", locale: "en" };

describe("pictures", () => {
  it("are encoded anew to what they are for, without the camera's data, and kept by browsers for good", async () => {
    const photo = await red(3000, 2000)
      .withExif({ IFD0: { Artist: "Somebody" } })
      .jpeg()
      .toBuffer();
    const answer = await send("cover", photo);
    expect(answer.status).toBe(201);
    const { id } = (await answer.json()) as { id: string };
    const served = await get(id);
    expect(served.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    const bytes = new Uint8Array(await served.arrayBuffer());
    expect(await sharp(bytes).metadata()).toMatchObject({ format: "jpeg", width: 1600, height: 900 });
    expect(Buffer.from(bytes).includes("Somebody")).toBe(false);
    expect((await get(id, { "if-none-match": served.headers.get("etag") ?? "" })).status).toBe(304);
  });

  it("keep a logo's shape and transparency", async () => {
    const logo = await red(1000, 200).ensureAlpha(0).webp().toBuffer();
    const { id } = (await (await send("logo", logo)).json()) as { id: string };
    const stored = await findPicture(stage.services.db, id);
    expect(stored).toMatchObject({ contentType: "image/png", width: 480, height: 96 });
    expect((await sharp(stored?.bytes).metadata()).hasAlpha).toBe(true);
  });

  it.each([
    [
      "a program that says it is a picture",
      '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
    ],
    ["half a picture", "half"],
    ["nothing", ""],
    ["text", "GIF89a but not really"],
  ])("refuse %s", async (_, body) => {
    const bytes = body === "half" ? (await red(400, 400).png().toBuffer()).subarray(0, 200) : body;
    const answer = await send("logo", bytes);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ error: { code: "input.invalid", field: "picture" } });
  });

  it("refuse strangers, other sites, unknown uses and what is too large", async () => {
    expect((await send("logo", "x", {})).status).toBe(401);
    expect((await send("logo", "x", { ...host, origin: "https://evil.example" })).status).toBe(403);
    expect((await send("banner", "x")).status).toBe(400);
    expect((await send("logo", new Uint8Array(9 * 1024 * 1024))).status).toBe(413);
    expect((await get(randomUUID())).status).toBe(404);
  });

  it("are forgotten a day after nothing shows them, and only then", async () => {
    const webinar = await scheduleAs(host);
    const [shown, logo, unused] = [
      await uploaded("portrait"),
      await uploaded("logo"),
      await uploaded("cover"),
    ];
    const speakers = [{ id: randomUUID(), name: "Ada", role: "", bio: "", picture: shown }];
    await mutate("page.save", { webinarId: webinar.id, page: { ...blank, speakers }, ...listing }, host);
    await mutate("page.saveBrand", { accent: null, logo }, host);
    const { db } = stage.services;
    await deleteUnusedPictures(db, new Date());
    expect(await findPicture(db, unused)).toBeDefined();
    await deleteUnusedPictures(db, new Date(Date.now() + 25 * 3600_000));
    expect(
      await Promise.all([shown, logo, unused].map(async (id) => Boolean(await findPicture(db, id)))),
    ).toEqual([true, true, false]);
    await mutate("page.saveBrand", { accent: null, logo: null }, host);
  });
});

describe("the public page", () => {
  it("shows what its host chose, and the organisation's where they chose nothing", async () => {
    const webinar = await scheduleAs(host, { title: "Tides" });
    const logo = await uploaded("logo");
    await mutate("page.saveBrand", { accent: "#ffd400", logo }, host);
    const agenda = [
      { id: randomUUID(), minute: 30, title: "Questions", text: "" },
      { id: randomUUID(), minute: 0, title: "Welcome", text: "Hello" },
    ];
    await mutate("page.save", { webinarId: webinar.id, page: { ...blank, agenda }, ...listing }, host);
    const { data } = await query("webinar.bySlug", { slug: webinar.slug });
    expect(data).toMatchObject({
      brand: { accent: "#ffd400", logo: `/pictures/${logo}` },
      cover: null,
      agenda: [{ title: "Welcome" }, { title: "Questions" }],
    });
    expect(await roomSnapshot(stage.services, webinar.id)).toMatchObject({
      brand: { accent: "#ffd400", logo: `/pictures/${logo}` },
      locale: "en",
    });
  });

  it("refuses pictures of others, colours that are more than a colour, and items without a title", async () => {
    const webinar = await scheduleAs(host);
    const stranger = await hostHeaders(stage.services, "other@example.test");
    const save = async (page: object) =>
      (await mutate("page.save", { webinarId: webinar.id, page: { ...blank, ...page }, ...listing }, host))
        .refusal;
    expect(await save({ logo: await uploaded("logo", stranger) })).toMatchObject({ field: "picture" });
    expect(await save({ accent: "#fff;}body{" })).toMatchObject({ field: "page.accent" });
    expect(await save({ agenda: [{ id: randomUUID(), minute: 0, title: " ", text: "" }] })).toMatchObject({
      field: "page.agenda.0.title",
    });
    const foreign = await mutate("page.save", { webinarId: webinar.id, page: blank, ...listing }, stranger);
    expect(foreign.refusal?.code).toBe("not-found");
  });

  it("is not listed when its host says so, and opens for who has the link", async () => {
    const webinar = await scheduleAs(host, { title: "Hidden" });
    await mutate(
      "page.save",
      { webinarId: webinar.id, page: blank, ...listing, visibility: "unlisted" },
      host,
    );
    const slugs = async () =>
      ((await query("webinar.upcoming")).data as { slug: string }[]).map(({ slug }) => slug);
    expect(await slugs()).not.toContain(webinar.slug);
    expect((await query("webinar.bySlug", { slug: webinar.slug })).data).toMatchObject({ title: "Hidden" });
  });

  it("has a picture for where its link is shared, with and without a cover", async () => {
    const webinar = await scheduleAs(host, { title: "Ebb & flow <for everyone>" });
    for (const cover of [null, await uploaded("cover")]) {
      await mutate("page.save", { webinarId: webinar.id, page: { ...blank, cover }, ...listing }, host);
      const answer = await share(new Request(`${publicUrl}/w/x/share.png`), of(webinar.slug));
      const meta = await sharp(new Uint8Array(await answer.arrayBuffer())).metadata();
      expect(meta).toMatchObject({ format: "png", width: 1200, height: 630 });
    }
  });

  it("gives its date to calendars, without anybody's link", async () => {
    const webinar = await scheduleAs(host, { title: "Open date" });
    const text = await (await calendar(new Request(`${publicUrl}/w/x`), of(webinar.slug))).text();
    const [event] = new ICAL.Component(ICAL.parse(text)).getAllSubcomponents("vevent");
    expect(text).toContain("METHOD:PUBLISH");
    expect(event?.getFirstPropertyValue("summary")).toBe("Open date");
    expect(text).not.toContain("/j/");
    expect((await calendar(new Request(`${publicUrl}/w/x`), of("no-such"))).status).toBe(404);
  });
});

describe("mails", () => {
  it("carry brand and language of their webinar", async () => {
    const webinar = await scheduleAs(host, { title: "Gezeiten" });
    const logo = await uploaded("logo");
    const page = { ...blank, accent: "#ffd400", logo };
    await mutate("page.save", { webinarId: webinar.id, page, visibility: "public", locale: "de" }, host);
    const mail = await composeMail(stage.services, {
      id: randomUUID(),
      webinarId: webinar.id,
      registrationId: null,
      recipient: "ada@example.test",
      kind: "confirmation",
      payload: { name: "Ada & <b>", link: `${publicUrl}/j/x` },
    } as never);
    expect(mail.subject).toBe("Sie sind angemeldet: Gezeiten");
    const html = String(mail.html);
    expect(html).toContain(`src="${publicUrl}/pictures/${logo}"`);
    expect(html).toContain('lang="de"');
    expect(html).toContain("Guten Tag Ada &amp; &lt;b&gt;,");
    expect(html).not.toContain("#ffd400");
    expect(String(mail.text)).toMatch(/Es beginnt am .*2026 um \d\d:\d\d \(Europe\/Berlin\)/);
  });
});
