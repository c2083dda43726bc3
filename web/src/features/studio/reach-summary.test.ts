import { describe, expect, it } from "vitest";
import { textsFor } from "../../texts/index.ts";
import { reachSummary } from "./reach-summary.ts";

const words = textsFor("en").studio.reach;

describe("what the host is told of the audience's networks", () => {
  it("is nothing while everybody is reached by UDP or nobody has told", () => {
    expect(reachSummary(undefined, words)).toBeUndefined();
    expect(reachSummary({ udp: 900 }, words)).toBeUndefined();
  });

  it("counts those whose network blocks UDP, and how they are reached", () => {
    expect(reachSummary({ udp: 900, tcp: 28, "turn-udp": 4, "turn-tls": 2, hls: 1 }, words)).toEqual({
      title: "31 behind networks that block UDP",
      details: [
        "28 over TCP",
        "4 through a relay",
        "2 through a relay, over TLS",
        "1 on the broadcast, as nothing else gets through",
      ],
    });
    expect(reachSummary({ "turn-udp": 4 }, words)?.title).toBe("4 behind networks that block media");
  });
});
