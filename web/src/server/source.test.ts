import { expect, it } from "vitest";
import { cleanReferrer, sourceOf } from "./source.ts";

const own = "https://webinars.example";

it("keeps of a referrer what tells the page and not the person", () => {
  expect(cleanReferrer("https://news.example/letter?user=ada#x", own)).toBe("https://news.example/letter");
  expect(cleanReferrer(`${own}/w/one`, own)).toBe("");
  expect(cleanReferrer("javascript:alert(1)", own)).toBe("");
  expect(cleanReferrer("", own)).toBe("");
});

it("counts a visit under the campaign, the host that linked here, or nothing", () => {
  expect(sourceOf({ utm_source: "newsletter" }, "https://news.example/letter")).toBe("newsletter");
  expect(sourceOf({ utm_source: " " }, "https://news.example/letter")).toBe("news.example");
  expect(sourceOf({}, "")).toBe("direct");
});
