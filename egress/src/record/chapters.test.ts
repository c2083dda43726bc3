import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chapterMetadata, chaptersOf } from "./chapters.ts";

const speaker = fc.record({
  type: fc.constant("speaker" as const),
  atMs: fc.integer({ min: -500, max: 600_000 }),
  name: fc.constantFrom("Ann", "Bob", "Cat", null),
});

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

  it("keep what a name has in it from being read as ffmpeg's own signs", () => {
    const text = chapterMetadata([{ startMs: 0, title: "A=B;#C\\D\nE" }], 1000);
    expect(text).toContain("title=A\\=B\\;\\#C\\\\D\\\nE\n");
  });
});
