import { describe, expect, it } from "vitest";
import {
  beginReach,
  directMs,
  hlsMemoryMs,
  nextReach,
  parseRemembered,
  pathOf,
  patienceMs,
  type Reach,
  type ReachInput,
  reasonOf,
  relayMs,
  serversFor,
  startsWithHls,
} from "./reach.ts";

const first = { remembered: null, relays: true };
const time = { type: "time" } as const;

describe("finding a way to the stage", () => {
  it("tries without relays first, then with them, then gives way to HLS, in bounded time", () => {
    let reach: Reach = beginReach(first, 100);
    const seen: [string, number][] = [[reach.step, 100]];
    for (let now = 100; now <= 100 + 2 * patienceMs; now += 100) {
      const before = reach.step;
      reach = nextReach(reach, time, now);
      if (reach.step !== before) seen.push([reach.step, now]);
    }
    expect(seen).toEqual([
      ["direct", 100],
      ["relay", 100 + directMs],
      ["everything", 100 + directMs + relayMs],
      ["hls", 100 + patienceMs],
    ]);
  });

  it("asks relays from the start where one was needed lately, and where that is all there is", () => {
    const at = 1_000_000;
    const begin = (path: "turn-udp" | "turn-tls" | "tcp", now: number) =>
      beginReach({ remembered: { path, at }, relays: true }, now).step;
    expect(begin("turn-tls", at + 1000)).toBe("everything");
    expect(begin("turn-udp", at + 1000)).toBe("relay");
    expect(begin("turn-tls", at + 30 * 24 * 3600_000)).toBe("direct");
    expect(begin("tcp", at + 1000)).toBe("direct");
    expect(beginReach({ remembered: null, relays: false }, at).step).toBe("everything");
  });

  it("does not wait out a failure that is final", () => {
    const relay = nextReach(beginReach(first, 0), { type: "failed" }, 300);
    expect(relay).toEqual({ step: "relay", since: 0 });
    const widened = nextReach(relay, { type: "failed" }, 500);
    expect(widened).toEqual({ step: "everything", since: 0 });
    expect(nextReach(widened, { type: "failed" }, 700).step).toBe("hls");
  });

  it("asks the relay over UDP before those over TCP and TLS, where there is one", () => {
    const server = (...urls: string[]) => ({ urls, username: "u", credential: "c" });
    const udp = ["turn:t.example:3478?transport=udp", "turn:t.example"];
    const others = ["turn:t.example:3478?transport=tcp", "turns:t.example:443?transport=tcp"];
    const all = [server(...udp, ...others), server("turns:other.example")];
    expect(serversFor("direct", all)).toEqual([]);
    expect(serversFor("relay", all)).toEqual([server(...udp)]);
    expect(serversFor("everything", all)).toEqual(all);
    expect(serversFor("relay", [server(...others)])).toEqual([server(...others)]);
  });

  it("follows the path to a better one and stays when the connection is lost later", () => {
    const tcp = nextReach(beginReach(first, 0), { type: "connected", path: "tcp" }, 500);
    expect(nextReach(tcp, { type: "connected", path: "udp" }, 900)).toEqual({ step: "through", path: "udp" });
    expect(nextReach(tcp, { type: "failed" }, 60_000)).toBe(tcp);
    expect(nextReach(tcp, time, 60_000)).toBe(tcp);
  });

  it("never goes back and never tries for longer than its patience, whatever happens when", () => {
    const order = ["direct", "relay", "everything", "through", "hls"];
    const inputs: ReachInput[] = [time, { type: "failed" }, { type: "connected", path: "turn-tcp" }];
    let seed = 9;
    const random = (): number => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    for (let run = 0; run < 300; run++) {
      let reach = beginReach(first, 0);
      for (let now = 0; now < 9000; now += Math.floor(random() * 900)) {
        const before = order.indexOf(reach.step);
        reach = nextReach(reach, inputs[Math.floor(random() * 3)] ?? time, now);
        expect(order.indexOf(reach.step)).toBeGreaterThanOrEqual(before);
        if (now >= patienceMs) expect(["through", "hls"]).toContain(nextReach(reach, time, now).step);
      }
    }
  });

  it("begins with HLS for a while where WebRTC did not get through", () => {
    const remembered = { path: "hls", at: 0 } as const;
    expect(startsWithHls(remembered, 200_000)).toBe("WebRTC did not get through here 3 min ago");
    expect(startsWithHls(remembered, hlsMemoryMs)).toBeUndefined();
    expect(startsWithHls({ path: "tcp", at: 0 }, 10)).toBeUndefined();
    expect(startsWithHls(null, 10)).toBeUndefined();
  });

  it("gives a reason for every path that is not the best", () => {
    expect(reasonOf("udp")).toBe("");
    for (const path of ["tcp", "turn-udp", "turn-tcp", "turn-tls"] as const)
      expect(reasonOf(path)).not.toBe("");
  });
});

describe("the path in the browser's statistics", () => {
  const pair = { id: "pair", type: "candidate-pair", localCandidateId: "local" };
  const transport = { id: "t", type: "transport", selectedCandidatePairId: "pair" };
  const local = { id: "local", type: "local-candidate" };

  it.each([
    [{ candidateType: "host", protocol: "udp" }, "udp"],
    [{ candidateType: "prflx", protocol: "tcp" }, "tcp"],
    [{ candidateType: "relay", protocol: "udp", relayProtocol: "udp" }, "turn-udp"],
    [{ candidateType: "relay", protocol: "udp", relayProtocol: "tcp" }, "turn-tcp"],
    [{ candidateType: "relay", protocol: "udp", relayProtocol: "tls" }, "turn-tls"],
  ])("%j is %s", (candidate, path) => {
    expect(pathOf([transport, pair, { ...local, ...candidate }])).toBe(path);
  });

  it("is found without a transport that names its pair", () => {
    const others = [
      { ...pair, id: "other", nominated: true, state: "failed", localCandidateId: "x" },
      { ...pair, nominated: true, state: "succeeded" },
    ];
    expect(pathOf([...others, { ...local, candidateType: "host", protocol: "tcp" }])).toBe("tcp");
  });

  it("is unknown while nothing is selected, and for what it does not know", () => {
    expect(pathOf([{ id: "t", type: "transport" }, pair, local])).toBeUndefined();
    expect(pathOf([transport, pair, { ...local, candidateType: "host", protocol: "sctp" }])).toBeUndefined();
  });
});

describe("what a browser remembers", () => {
  it("survives storage that holds anything", () => {
    expect(parseRemembered('{"path":"turn-tls","at":5}')).toEqual({ path: "turn-tls", at: 5 });
    for (const text of [null, "", "{", "null", "7", '{"path":"pigeon","at":5}', '{"path":"udp"}'])
      expect(parseRemembered(text)).toBeNull();
  });
});
