import { expect, it } from "vitest";
import { afterSleep } from "./after-sleep.ts";
import { sleep } from "./clock.ts";
import { createLog } from "./log.ts";
import { Scope } from "./scope.ts";

it("tells a process that it stood still, once, and not that it was busy for a moment", async () => {
  const scope = new Scope("test", createLog({ service: "test", level: "silent" }));
  const slept: number[] = [];
  afterSleep(scope, 800, (ms) => slept.push(ms));
  const stand = (ms: number) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  await sleep(300);
  stand(400);
  await sleep(300);
  expect(slept).toEqual([]);
  stand(1300);
  await sleep(600);
  expect(slept).toHaveLength(1);
  expect(slept[0]).toBeGreaterThan(900);
  await scope.close("done");
});
