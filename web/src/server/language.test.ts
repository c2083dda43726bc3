import { expect, it } from "vitest";
import { eventOf, preferredLocale } from "./language.ts";

it.each([
  ["de-CH, de;q=0.9, en;q=0.8", "de"],
  ["fr, en;q=0.4, de;q=0.6", "de"],
  ["en-US,en;q=0.9,de;q=0.8", "en"],
  ["DE", "de"],
  ["de;q=0, en", "en"],
  ["fr, *;q=0.5", "en"],
  ["", "en"],
  [null, "en"],
])("a browser that asks for %j reads %s", (accepted, locale) => {
  expect(preferredLocale(accepted)).toBe(locale);
});

it("finds the event in the address of each of its pages, and none elsewhere", () => {
  const token = "r_W7fbNaLwnJJnzpXFxpxeLBkCQLJY5q";
  for (const path of ["j", "watch", "p", "r", "check", "replay/t"])
    expect(eventOf(`/${path}/${token}`)).toEqual({ link: token });
  for (const path of ["/w/my-event", "/w/my-event/check", "/embed/w/my-event", "/replay/my-event"])
    expect(eventOf(path)).toEqual({ slug: "my-event" });
  expect(eventOf("/unsubscribe/0b1e.mac-Mac_1")).toEqual({ unsubscribe: "0b1e.mac-Mac_1" });
  for (const path of ["/", "/sign-in", "/auth/x1234567", "/console/1", "/studio/1", "/j/short", "/w/"])
    expect(eventOf(path)).toBeUndefined();
});
