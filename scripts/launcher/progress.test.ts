import { describe, expect, it } from "vitest";
import { Progress } from "./progress.ts";

const sink = (isTTY: boolean) => {
  const written: string[] = [];
  return { written, out: { isTTY, columns: 60, write: (text: string) => written.push(text) } };
};

describe("Progress", () => {
  it("writes one plain line per finished step where there is no terminal", async () => {
    const { written, out } = sink(false);
    const progress = new Progress(out);
    await progress.during("redis", async () => {});
    await expect(progress.during("web", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(written).toHaveLength(2);
    expect(written[0]).toMatch(/^✓ redis\s+0\.0 s\n$/);
    expect(written[1]).toMatch(/^✗ web/);
  });

  it("redraws in place on a terminal and never wraps a line", () => {
    const { written, out } = sink(true);
    const progress = new Progress(out);
    const step = progress.step("web pages");
    step.note("x".repeat(200));
    progress.line("a line that stays");
    step.done();
    const drawn = written.filter((text) => text.startsWith("…"));
    expect(drawn.length).toBeGreaterThan(0);
    expect(Math.max(...drawn.map((text) => text.trimEnd().length))).toBeLessThan(60);
    expect(written.at(-1)).toMatch(/^✓ web pages/);
    expect(written.at(-2)).toBe("\u001b[1A\u001b[0J");
  });
});
