import type { NodeHeartbeat, RoomSnapshot } from "@rostrum/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  backoffMs,
  decidePhase,
  evolveRoom,
  hear,
  layerForTile,
  nobodySpeaks,
  place,
  rendezvous,
  roomFor,
  speakerRules,
  summariseAttendance,
} from "./index.ts";

const edge = (nodeId: string, peers: number, draining = false): NodeHeartbeat => ({
  nodeId,
  kind: "edge",
  epoch: "11111111-1111-4111-8111-111111111111",
  region: "local",
  publicUrl: "http://edge",
  internalUrl: "http://edge",
  draining,
  capacity: 100,
  load: { peers, consumers: 0, workerCpu: 0, eventLoopDelayMs: 0 },
  webinars: {},
  at: 0,
});
const request = { webinarId: "w", prefer: "webrtc" as const, excluded: [], recent: {}, freeSeats: 10 };

describe("placement", () => {
  it("takes the least loaded edge, counting admissions that heartbeats do not show yet", () => {
    expect(place([edge("b", 1), edge("a", 1)], request)?.edge.nodeId).toBe("a");
    expect(place([edge("a", 1), edge("b", 1)], { ...request, recent: { a: 1 } })?.edge.nodeId).toBe("b");
  });

  it("never sends anyone to an excluded or draining edge", () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ peers: fc.nat(200), draining: fc.boolean(), excluded: fc.boolean() }), {
          maxLength: 8,
        }),
        (nodes) => {
          const edges = nodes.map((node, i) => edge(`e${i}`, node.peers, node.draining));
          const excluded = nodes.flatMap((node, i) => (node.excluded ? [`e${i}`] : []));
          const placed = place(edges, { ...request, excluded });
          const fit = nodes.some((node) => !node.draining && !node.excluded);
          expect(placed !== undefined).toBe(fit);
          if (placed) {
            expect(excluded).not.toContain(placed.edge.nodeId);
            expect(placed.edge.draining).toBe(false);
            expect(placed.delivery === "webrtc").toBe(placed.edge.load.peers < placed.edge.capacity);
          }
        },
      ),
    );
  });

  it("sends people to the broadcast when seats are gone", () => {
    expect(place([edge("a", 0)], { ...request, freeSeats: 0 })?.delivery).toBe("hls");
  });
});

describe("rendezvous", () => {
  it("moves only the keys of the node that went", () => {
    const nodes = ["a", "b", "c", "d"];
    for (let i = 0; i < 500; i++) {
      const before = rendezvous(`webinar-${i}`, nodes);
      const after = rendezvous(
        `webinar-${i}`,
        nodes.filter((node) => node !== "c"),
      );
      if (before !== "c") expect(after).toBe(before);
      else expect(after).not.toBe("c");
    }
  });
});

describe("back-off", () => {
  it("stays within its bounds", () => {
    fc.assert(
      fc.property(fc.nat(1000), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempt, random) => {
        const wait = backoffMs(attempt, random);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThan(Math.min(5000, 250 * 2 ** Math.min(attempt, 20)) + 1);
      }),
    );
  });
});

describe("phase", () => {
  it("never moves backwards", () => {
    expect(decidePhase("ended", "go-live")).toEqual({ refused: "webinar.ended" });
    expect(decidePhase("live", "go-live")).toEqual({ phase: "live", changed: false });
    expect(decidePhase("scheduled", "go-live")).toEqual({ phase: "live", changed: true });
    expect(decidePhase("draft", "go-live")).toEqual({ refused: "conflict" });
  });
});

describe("speaker", () => {
  const present = new Set(["a", "b"]);
  it("ignores a cough and follows a speech", () => {
    let state = hear(nobodySpeaks, [{ id: "a", dBov: -30 }], present, 0);
    expect(state.current).toBe("a");
    state = hear(state, [{ id: "b", dBov: -20 }], present, 3000);
    state = hear(state, [{ id: "a", dBov: -30 }], present, 3100);
    state = hear(state, [{ id: "b", dBov: -20 }], present, 3200);
    expect(state.current).toBe("a");
    state = hear(state, [{ id: "b", dBov: -20 }], present, 3200 + speakerRules.windowMs);
    expect(state.current).toBe("b");
  });

  it("holds the floor for its time and gives it up on leaving", () => {
    let state = hear(nobodySpeaks, [{ id: "a", dBov: -30 }], present, 0);
    for (let now = 100; now < speakerRules.holdMs; now += 100) {
      state = hear(state, [{ id: "b", dBov: -10 }], present, now);
      expect(state.current).toBe("a");
    }
    expect(hear(state, [], new Set(["b"]), 5000).current).toBeNull();
  });
});

describe("attendance", () => {
  it("counts overlapping intervals once, whatever their order", () => {
    const interval = fc.record({
      joinedAt: fc.nat(1000),
      length: fc.nat(500),
      delivery: fc.constantFrom("webrtc" as const, "hls" as const),
    });
    fc.assert(
      fc.property(fc.array(interval, { maxLength: 10 }), (list) => {
        const intervals = list.map(({ joinedAt, length, delivery }) => ({
          joinedAt,
          leftAt: joinedAt + length,
          delivery,
        }));
        const covered = new Set(
          intervals.flatMap(({ joinedAt, leftAt }) =>
            Array.from({ length: leftAt - joinedAt }, (_, i) => joinedAt + i),
          ),
        );
        expect(summariseAttendance(intervals, 5000).totalMs).toBe(covered.size);
        expect(summariseAttendance([...intervals].reverse(), 5000)).toEqual(
          summariseAttendance(intervals, 5000),
        );
      }),
    );
  });
});

describe("room state", () => {
  const room: RoomSnapshot = {
    webinarId: "11111111-1111-4111-8111-111111111111" as RoomSnapshot["webinarId"],
    epoch: "e",
    seq: 0,
    title: "t",
    phase: "scheduled",
    startsAt: 0,
    liveAt: null,
    endedAt: null,
    layout: "auto",
    stage: [],
    speaker: null,
    questions: [],
    polls: [],
    hands: [],
    chat: [],
    presence: { webrtc: 0, hls: 0 },
    recordingMs: null,
  };
  const hand = { participantId: "22222222-2222-4222-8222-222222222222" as never, name: "Ada", raisedAt: 1 };

  it("is the same after an event applied twice", () => {
    const event = { type: "hand.raised", hand } as const;
    const once = evolveRoom(room, event, { seq: 1, epoch: "e" });
    expect(evolveRoom(once, event, { seq: 1, epoch: "e" })).toEqual(once);
    expect(once.hands).toHaveLength(1);
  });

  it("keeps the hand queue from attendees", () => {
    const raised = evolveRoom(room, { type: "hand.raised", hand }, { seq: 1, epoch: "e" });
    expect(roomFor(raised, "all").hands).toEqual([]);
    expect(roomFor(raised, "hosts").hands).toHaveLength(1);
  });
});

describe("layers", () => {
  it("asks for no more than the tile shows", () => {
    expect(layerForTile({ width: 0, height: 0, pixelRatio: 1, visible: true })).toBeNull();
    expect(layerForTile({ width: 300, height: 168, pixelRatio: 1, visible: true })).toBe(0);
    expect(layerForTile({ width: 640, height: 360, pixelRatio: 1, visible: true })).toBe(1);
    expect(layerForTile({ width: 1280, height: 720, pixelRatio: 1, visible: true })).toBe(2);
  });
});
