import { findWebinar } from "@rostrum/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { languageCookie, languageOf } from "../src/server/language.ts";
import { unsubscribeUrl } from "../src/server/unsubscribe.ts";
import { invitePanelist } from "../src/server/use-cases/invitations.ts";
import {
  hostHeaders,
  mutate,
  openServer,
  registrant,
  type Scheduled,
  type Stage,
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let host: Record<string, string>;
let german: Scheduled;
const page = { accent: null, logo: null, cover: null, speakers: [], agenda: [] };
beforeAll(async () => {
  stage = await openServer();
  host = await hostHeaders(stage.services, "language@example.test");
  german = await scheduleAs(host);
  await speak({});
});
afterAll(() => stage.close());

const speak = (more: { languageChoice?: boolean }) =>
  mutate(
    "page.save",
    { webinarId: german.id, page: { ...page, ...more }, visibility: "public", locale: "de" },
    host,
  );
const english = { "accept-language": "en-GB,en;q=0.9" };
const asked = (path: string, headers: Record<string, string> = english) =>
  languageOf(stage.services, path, new Headers(headers));

it("is the event's on every page that belongs to it, whatever the browser asks for", async () => {
  const { registration, joinToken } = await registrant(stage.services, german.id);
  const webinar = await findWebinar(stage.services.db, german.id);
  if (!webinar) throw new Error("no webinar");
  const panelist = await invitePanelist(stage.services, webinar, { name: "Hedy", email: "h@example.test" });
  const paths = [
    `/w/${german.slug}`,
    `/w/${german.slug}/check`,
    `/embed/w/${german.slug}`,
    `/replay/${german.slug}`,
  ]
    .concat(["j", "watch", "r", "check", "replay/t"].map((room) => `/${room}/${joinToken}`))
    .concat(
      new URL(panelist.link).pathname,
      new URL(unsubscribeUrl(stage.services, registration.id)).pathname,
    );
  for (const path of paths) expect([path, await asked(path)]).toEqual([path, { locale: "de", choice: true }]);
});

it("is what somebody chose, where the event lets them", async () => {
  const chose = { ...english, cookie: `a=b; ${languageCookie}=en` };
  expect(await asked(`/w/${german.slug}`, chose)).toEqual({ locale: "en", choice: true });
  await speak({ languageChoice: false });
  expect(await asked(`/w/${german.slug}`, chose)).toEqual({ locale: "de", choice: false });
  await speak({ languageChoice: true });
});

it("is the account's in studio and console, before what the browser chose or asks for", async () => {
  const headers = { ...english, cookie: `${host.cookie}; ${languageCookie}=en` };
  expect(await asked("/studio/1", headers)).toEqual({ locale: "en", choice: true });
  expect((await mutate("auth.chooseLocale", { locale: "de" }, host)).data).toEqual({ saved: true });
  expect(await asked("/studio/1", headers)).toEqual({ locale: "de", choice: true });
  expect((await mutate("auth.chooseLocale", { locale: "de" })).data).toEqual({ saved: false });
  expect((await mutate("auth.chooseLocale", { locale: "xx" }, host)).refusal?.code).toBe("input.invalid");
});

it("is the visitor's where there is no event, or none is found", async () => {
  const visitor = { "accept-language": "de" };
  for (const path of [
    "/",
    "/sign-in",
    "/w/no-such-event",
    "/j/nobody-has-this-link",
    "/unsubscribe/not-ours.x",
  ])
    expect([path, await asked(path, visitor)]).toEqual([path, { locale: "de", choice: true }]);
  expect(await asked("/", { ...visitor, cookie: `${languageCookie}=en` })).toEqual({
    locale: "en",
    choice: true,
  });
  expect(await asked("/", { ...visitor, cookie: `${languageCookie}=xx` })).toEqual({
    locale: "de",
    choice: true,
  });
});
