import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chapterMetadata, chaptersOf } from "./chapters.ts";

const atMs = fc.integer({ min: -500, max: 600_000 });
const speaker = fc.oneof(
  fc.record({
    type: fc.constantFrom("speaker" as const, "sharing" as const),
    atMs,
    name: fc.constantFrom("Ann", "Bob", "Cat", null),
  }),
  fc.record({ type: fc.constant("layout" as const), atMs, layout: fc.constantFrom("auto", "slate") }),
);

describe("chapters", () => {
  it("begin at 0, rise, are long enough to be worth a jump, and change the person", () => {
    fc.assert(
      fc.property(
        fc.array(speaker, { maxLength: 40 }),
        fc.integer({ min: 0, max: 600_000 }),
        (speakers, duration) => {
          const chapters = chaptersOf(speakers, duration);
          if (chapters[0]) expect(chapters[0].startMs).toBe(0);
          for (const [index, chapter] of chapters.entries()) {
            const next = chapters[index + 1];
            expect(chapter.startMs).toBeLessThan(duration);
            if (!next) continue;
            expect(next.title).not.toBe(chapter.title);
            expect(next.startMs - chapter.startMs).toBeGreaterThanOrEqual(20_000);
          }
        },
      ),
    );
  });

  it("name the break and the screen before the speaker", () => {
    const chapters = chaptersOf(
      [
        { type: "speaker", atMs: 0, name: "Ann" },
        { type: "sharing", atMs: 60_000, name: "Bob" },
        { type: "speaker", atMs: 90_000, name: "Bob" },
        { type: "layout", atMs: 120_000, layout: "slate" },
        { type: "layout", atMs: 180_000, layout: "auto" },
        { type: "sharing", atMs: 240_000, name: null },
      ],
      300_000,
    );
    expect(chapters).toEqual([
      { startMs: 0, title: "Ann" },
      { startMs: 60_000, title: "Bob shares a screen" },
      { startMs: 120_000, title: "Break" },
      { startMs: 180_000, title: "Bob shares a screen" },
      { startMs: 240_000, title: "Bob" },
    ]);
  });

  it("keep what a name has in it from being read as ffmpeg's own signs", () => {
    const text = chapterMetadata([{ startMs: 0, title: "A=B;#C\\D\nE" }], 1000);
    expect(text).toContain("title=A\\=B\\;\\#C\\\\D\\\nE\n");
  });
});
