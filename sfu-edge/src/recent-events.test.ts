import type { RoomEvent } from "@rostrum/protocol";
import { describe, expect, it } from "vitest";
import { RecentEvents } from "./recent-events.ts";

const event = (seq: number): RoomEvent =>
  ({ seq, at: seq, audience: "all", body: { type: "recording.ready", durationMs: 1 } }) as RoomEvent;
const filled = (from: number, to: number, epoch = "a"): RecentEvents => {
  const recent = new RecentEvents();
  for (let seq = from; seq <= to; seq++) recent.add(event(seq), epoch);
  return recent;
};
const seqs = (events: RoomEvent[] | undefined) => events?.map(({ seq }) => seq);

describe("recent events", () => {
  it("give what was missed, nothing to somebody who missed nothing", () => {
    const recent = filled(5, 9);
    expect(seqs(recent.since({ epoch: "a", seq: 6 }, { epoch: "a", seq: 9 }))).toEqual([7, 8, 9]);
    expect(seqs(recent.since({ epoch: "a", seq: 4 }, { epoch: "a", seq: 9 }))).toEqual([5, 6, 7, 8, 9]);
    expect(recent.since({ epoch: "a", seq: 9 }, { epoch: "a", seq: 9 })).toEqual([]);
    expect(new RecentEvents().since({ epoch: "a", seq: 0 }, { epoch: "a", seq: 0 })).toEqual([]);
  });

  it("do not pretend to know what they do not", () => {
    const recent = filled(5, 9);
    expect(recent.since({ epoch: "a", seq: 3 }, { epoch: "a", seq: 9 })).toBeUndefined();
    expect(recent.since({ epoch: "b", seq: 7 }, { epoch: "a", seq: 9 })).toBeUndefined();
    expect(recent.since({ epoch: "a", seq: 12 }, { epoch: "a", seq: 9 })).toBeUndefined();
    expect(new RecentEvents().since({ epoch: "a", seq: 3 }, { epoch: "a", seq: 9 })).toBeUndefined();
  });

  it("begin anew after a gap or in another epoch, and keep a bounded number", () => {
    const recent = filled(1, 4);
    recent.add(event(9), "a");
    expect(recent.since({ epoch: "a", seq: 2 }, { epoch: "a", seq: 9 })).toBeUndefined();
    recent.add(event(1), "b");
    expect(recent.since({ epoch: "a", seq: 8 }, { epoch: "b", seq: 1 })).toBeUndefined();
    const long = filled(1, 1000);
    expect(long.since({ epoch: "a", seq: 10 }, { epoch: "a", seq: 1000 })).toBeUndefined();
    expect(seqs(long.since({ epoch: "a", seq: 998 }, { epoch: "a", seq: 1000 }))).toEqual([999, 1000]);
  });
});
