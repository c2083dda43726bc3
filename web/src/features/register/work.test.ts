import { createHash } from "node:crypto";
import { leadingZeroBits, workText } from "@rostrum/rules";
import { expect, it } from "vitest";
import { solveFrom } from "./work.ts";

it("is solved by the first count whose hash, as Node computes it, has the zeros", () => {
  const seed = "k3Jd8sPq0x".repeat(4);
  const zeros = (count: number) =>
    leadingZeroBits(createHash("sha256").update(workText(seed, count)).digest());
  const count = solveFrom({ seed, bits: 10 }, 0, 200_000) ?? -1;
  expect(zeros(count)).toBeGreaterThanOrEqual(10);
  for (let before = 0; before < count; before++) expect(zeros(before)).toBeLessThan(10);
  expect(solveFrom({ seed, bits: 10 }, 0, count)).toBeUndefined();
});
