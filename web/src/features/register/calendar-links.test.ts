import { expect, it } from "vitest";
import { calendarLinks } from "./calendar-links.ts";

it("fills in title, page and both ends in UTC, whatever is in them", () => {
  const links = calendarLinks({
    title: "R&D: 100% + more?",
    startsAt: Date.UTC(2026, 2, 29, 0, 30),
    durationMinutes: 90,
    url: "https://a.example/w/r-d",
  });
  const of = (name: string) => new URL(links.find((link) => link.name === name)?.href ?? "").searchParams;
  expect(of("Google").get("text")).toBe("R&D: 100% + more?");
  expect(of("Google").get("dates")).toBe("20260329T003000Z/20260329T020000Z");
  expect(of("Yahoo").get("et")).toBe("20260329T020000Z");
  expect(of("Outlook").get("enddt")).toBe("2026-03-29T02:00:00.000Z");
  expect(of("Microsoft 365").get("location")).toBe("https://a.example/w/r-d");
});
