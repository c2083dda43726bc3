import { expect, it } from "vitest";
import { Reconnect } from "./reconnect.ts";

it("tries at once, then waits longer each time up to 5 s", () => {
  const reconnect = new Reconnect(() => 0.999);
  const waits = Array.from({ length: 9 }, () => reconnect.next());
  expect(waits[0]).toBe(0);
  expect(waits.slice(1).every((wait, i) => i === 0 || wait >= (waits[i] ?? 0))).toBe(true);
  expect(waits.at(-1)).toBeLessThanOrEqual(5000);
  expect(waits.at(-1)).toBeGreaterThan(4000);
});

it("keeps backing off from a node that lets everyone in and closes, and starts anew after a good connection", () => {
  const reconnect = new Reconnect(() => 0.999);
  for (let i = 0; i < 5; i++) {
    reconnect.next();
    reconnect.lasted(300);
  }
  expect(reconnect.next()).toBeGreaterThan(1000);
  reconnect.lasted(60_000);
  expect(reconnect.next()).toBe(0);
});
