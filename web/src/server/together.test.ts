import { expect, it } from "vitest";
import { Together } from "./together.ts";

/** A question that is answered when the test says so. */
function slow() {
  const asked: { keys: string[]; answer: () => void; fail: () => void }[] = [];
  const together = new Together<number>(
    (keys) =>
      new Promise((resolve, reject) => {
        const answer = () =>
          resolve(new Map(keys.filter((key) => key !== "nobody").map((key) => [key, key.length])));
        asked.push({ keys, answer, fail: () => reject(new Error("away")) });
      }),
  );
  return { asked, together };
}

it("asks for a lone caller at once, and for all who come meanwhile together", async () => {
  const { asked, together } = slow();
  const first = [together.get("a"), together.get("bb")];
  const later = ["ccc", "dddd", "ccc", "nobody"].map((key) => together.get(key));
  expect(asked.map(({ keys }) => keys)).toEqual([["a"], ["bb"]]);
  asked[0]?.answer();
  expect(await first[0]).toBe(1);
  expect(asked[2]?.keys).toEqual(["ccc", "dddd", "nobody"]);
  asked[2]?.answer();
  expect(await Promise.all(later)).toEqual([3, 4, 3, undefined]);
  asked[1]?.answer();
  expect(await first[1]).toBe(2);
});

it("never answers from a question that was put before", async () => {
  const { asked, together } = slow();
  const before = together.get("a");
  const after = together.get("a");
  expect(asked).toHaveLength(2);
  asked[0]?.answer();
  expect(await before).toBe(1);
  asked[1]?.answer();
  expect(await after).toBe(1);
});

it("fails for those of the question that failed, and goes on", async () => {
  const { asked, together } = slow();
  const first = together.get("a");
  asked[0]?.fail();
  await expect(first).rejects.toThrow("away");
  const second = together.get("a");
  asked[1]?.answer();
  expect(await second).toBe(1);
});
