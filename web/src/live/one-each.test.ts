import { expect, it } from "vitest";
import { type Candidate, oneEach } from "./one-each.ts";

type Named = Candidate & { name: string };
const make = (name: string, who: string, options: { muted?: boolean; paused?: boolean } = {}): Named =>
  ({
    name,
    producer: { participantId: who, source: "camera", paused: options.paused ?? false },
    track: { muted: options.muted ?? false },
  }) as unknown as Named;
const names = (tracks: Named[]): string[] => oneEach(tracks).map(({ name }) => name);

it("keeps everybody where there is one of each", () => {
  expect(names([make("a", "ada"), make("e", "emmy", { muted: true })])).toEqual(["a", "e"]);
});

it("shows the newer of two once it flows, in the place of the older", () => {
  expect(names([make("old", "ada"), make("e", "emmy"), make("new", "ada", { muted: true })])).toEqual([
    "old",
    "e",
  ]);
  expect(names([make("old", "ada"), make("e", "emmy"), make("new", "ada")])).toEqual(["new", "e"]);
});

it("takes the newer one that is paused: nothing will flow on it before its owner wants it to", () => {
  expect(names([make("old", "ada"), make("new", "ada", { muted: true, paused: true })])).toEqual(["new"]);
});
