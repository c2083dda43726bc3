import { describe, expect, it } from "vitest";
import { DueQueue } from "./due-queue.ts";
import { seededRandom } from "./random.ts";
import { LinkSchedule } from "./schedule.ts";
import { type Shape, shapeOf } from "./shape.ts";

const run = (values: Partial<Shape>, packets: number, options: { seed?: number; everyMs?: number } = {}) => {
  const schedule = new LinkSchedule(shapeOf(values), options.seed ?? 7);
  const sent = Array.from({ length: packets }, (_, i) => i * (options.everyMs ?? 10));
  return { schedule, sent, outs: sent.map((now) => schedule.arrivals(now, 1200)) };
};

describe("a link's schedule", () => {
  it("delays every packet alike without jitter", () => {
    const { outs, sent } = run({ delayMs: 50 }, 100);
    expect(outs).toEqual(sent.map((at) => [at + 50]));
  });

  it("is the same for the same seed and another for another", () => {
    const shape = { delayMs: 40, jitterMs: 20, lossPct: 10, reorderPct: 5, duplicatePct: 5 };
    expect(run(shape, 500, { seed: 3 }).outs).toEqual(run(shape, 500, { seed: 3 }).outs);
    expect(run(shape, 500, { seed: 3 }).outs).not.toEqual(run(shape, 500, { seed: 4 }).outs);
  });

  it("keeps order under jitter, within its bounds", () => {
    const { outs, sent } = run({ delayMs: 50, jitterMs: 30 }, 2000, { everyMs: 5 });
    const flat = outs.flat();
    expect(flat).toEqual([...flat].sort((a, b) => a - b));
    outs.forEach(([out = 0], i) => {
      expect(out).toBeGreaterThanOrEqual((sent[i] ?? 0) + 20);
      expect(out).toBeLessThanOrEqual((sent[i] ?? 0) + 80);
    });
  });

  it.each([1, 4])("loses the share it was told, in bursts of mean %d", (lossBurst) => {
    const { schedule, outs } = run({ lossPct: 3, lossBurst }, 100_000);
    expect(schedule.counts.lost / 1000).toBeGreaterThan(2.6);
    expect(schedule.counts.lost / 1000).toBeLessThan(3.4);
    const bursts = outs.filter((out, i) => out.length === 0 && outs[i - 1]?.length !== 0).length;
    expect(schedule.counts.lost / bursts).toBeGreaterThan(lossBurst * 0.85);
    expect(schedule.counts.lost / bursts).toBeLessThan(lossBurst * 1.15);
  });

  it("loses nothing at 0 % and all at 100 %", () => {
    expect(run({ lossPct: 0 }, 1000).schedule.counts.lost).toBe(0);
    expect(run({ lossPct: 100, lossBurst: 3 }, 1000).schedule.counts.lost).toBe(1000);
  });

  it("lets later packets overtake the share it reorders", () => {
    const { schedule, outs } = run({ delayMs: 10, reorderPct: 10, reorderByMs: 25 }, 5000);
    const flat = outs.flat();
    const overtaken = flat.filter((at, i) => flat.slice(i + 1, i + 4).some((later) => later < at)).length;
    // One held back right before two more that are held back is overtaken by nobody.
    expect(overtaken).toBeLessThanOrEqual(schedule.counts.reordered);
    expect(overtaken).toBeGreaterThan(schedule.counts.reordered * 0.95);
    expect(overtaken / 50).toBeGreaterThan(8);
    expect(overtaken / 50).toBeLessThan(12);
  });

  it("doubles the share it was told", () => {
    const { outs } = run({ duplicatePct: 20 }, 5000);
    const doubled = outs.filter((out) => out.length === 2).length;
    expect(doubled / 50).toBeGreaterThan(17);
    expect(doubled / 50).toBeLessThan(23);
  });

  it("sends no faster than its rate, and drops what would wait too long", () => {
    // 1200 bytes every ms are 9.6 Mbit/s into 4.8: half of it has no room.
    const { schedule, outs } = run({ rateKbit: 4800, queueMs: 100 }, 4000, { everyMs: 1 });
    const flat = outs.flat();
    const mbit = (flat.length * 1200 * 8) / ((flat.at(-1) ?? 1) * 1000);
    expect(mbit).toBeGreaterThan(4.6);
    expect(mbit).toBeLessThan(4.9);
    expect(schedule.counts.overflowed).toBeGreaterThan(1800);
    outs.forEach(([out], i) => {
      if (out !== undefined) expect(out - i).toBeLessThanOrEqual(103);
    });
  });

  it("refuses shapes that make no sense, naming the value", () => {
    expect(() => shapeOf({ lossPct: 101 })).toThrow("lossPct");
    expect(() => shapeOf({ delayMs: Number.NaN })).toThrow("delayMs");
    expect(() => shapeOf({ delayMs: 5, jitterMs: 6 })).toThrow("jitterMs");
    expect(() => shapeOf({ lossBurst: 0.5 })).toThrow("lossBurst");
  });
});

describe("the queue of what is due", () => {
  it("gives out by time, then by arrival, and nothing early", () => {
    const random = seededRandom(11);
    const queue = new DueQueue<number>();
    const items = Array.from({ length: 2000 }, (_, i) => ({ at: Math.floor(random() * 300), i }));
    for (const { at, i } of items) queue.push(at, i);
    expect(queue.take(-1)).toBeUndefined();
    const taken: number[] = [];
    for (let now = 0; now < 300; now++)
      for (let item = queue.take(now); item !== undefined; item = queue.take(now)) taken.push(item);
    expect(taken).toEqual([...items].sort((a, b) => a.at - b.at || a.i - b.i).map(({ i }) => i));
    expect(queue.size).toBe(0);
  });
});
