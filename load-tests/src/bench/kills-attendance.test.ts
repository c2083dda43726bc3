import { describe, expect, it } from "vitest";
import { longestHole } from "./kills-attendance.ts";

const stay = (joinedAt: number, leftAt: number | null) => ({
  participantId: "p",
  admissionId: "a",
  nodeId: "edge-1/x",
  delivery: "webrtc" as const,
  joinedAt,
  leftAt,
});

describe("longestHole", () => {
  it("is nothing while one stay lasts", () => expect(longestHole([stay(0, null)], 10, 100)).toBe(0));
  it("is the time between two stays", () =>
    expect(longestHole([stay(0, 40), stay(55, null)], 10, 100)).toBe(15));
  it("does not mind stays that overlap", () =>
    expect(longestHole([stay(0, 60), stay(50, 55), stay(58, null)], 10, 100)).toBe(0));
  it("sees the end that nobody covers", () => expect(longestHole([stay(0, 40)], 10, 100)).toBe(60));
  it("sees that there was no stay at all", () => expect(longestHole([], 10, 100)).toBe(90));
});
