import { describe, expect, it } from "vitest";
import { sleep } from "./clock.ts";
import { inSpareTime } from "./in-spare-time.ts";

const never = new AbortController().signal;
const nothing = async (): Promise<void> => undefined;

describe("in spare time", () => {
  it("does it so many times, one after the other", async () => {
    let now = 0;
    let most = 0;
    const act = async () => {
      most = Math.max(most, ++now);
      await sleep(1);
      now--;
    };
    expect(await inSpareTime({ times: 7, isOver: () => false, signal: never }, act)).toBe(7);
    expect(most).toBe(1);
  });

  it("stops when it is over, and when it is told to", async () => {
    let asked = 0;
    expect(await inSpareTime({ times: 7, isOver: () => ++asked > 3, signal: never }, nothing)).toBe(3);
    const stop = new AbortController();
    const act = async () => stop.abort();
    expect(await inSpareTime({ times: 7, isOver: () => false, signal: stop.signal }, act)).toBe(1);
  });

  it("fails as the act does", async () => {
    const act = () => Promise.reject(new Error("no"));
    await expect(inSpareTime({ times: 7, isOver: () => false, signal: never }, act)).rejects.toThrow("no");
  });
});
