import { describe, expect, it } from "vitest";
import { connectionVerdicts, judgeConnection, type Measured } from "./connection-check.ts";

const fine: Measured = {
  browser: true,
  socket: true,
  udp: true,
  tcp: true,
  turn: true,
  rttMs: 20,
  loss: 0,
  downKbps: 3900,
  heard: true,
};
const judge = (change: Partial<Measured>) => judgeConnection({ ...fine, ...change });

describe("the verdict on a connection", () => {
  it("is good when everything gets through, and when nothing more was tried", () => {
    expect(judge({})).toEqual({ verdict: "good", findings: ["fine"] });
    expect(
      judge({ tcp: null, turn: null, rttMs: null, loss: null, downKbps: null, heard: null }).verdict,
    ).toBe("good");
  });

  it("names the one thing in the way, and not what follows from it", () => {
    const nothing = { udp: false, tcp: false, turn: false, rttMs: null, loss: null, downKbps: null };
    expect(judge({ ...nothing, socket: false })).toEqual({ verdict: "bad", findings: ["socket"] });
    expect(judge({ ...nothing, browser: false })).toEqual({ verdict: "limited", findings: ["browser"] });
    expect(judge(nothing)).toEqual({ verdict: "limited", findings: ["no-path"] });
  });

  it("tells a detour from no way, whichever detour there is", () => {
    for (const detour of [
      { tcp: true, turn: false },
      { tcp: false, turn: true },
      { tcp: true, turn: null },
    ])
      expect(judge({ udp: false, ...detour })).toEqual({ verdict: "fair", findings: ["udp-blocked"] });
  });

  it("weighs speed, loss, distance and sound at their limits", () => {
    expect(judge({ downKbps: 2000, loss: 0.05, rttMs: 400 }).verdict).toBe("good");
    expect(judge({ downKbps: 1999 })).toEqual({ verdict: "fair", findings: ["slow"] });
    expect(judge({ downKbps: 699 }).verdict).toBe("limited");
    expect(judge({ loss: 0.06, rttMs: 401, heard: false }).findings).toEqual(["loss", "far", "sound"]);
  });

  it("never gets better by something getting worse", () => {
    const worse: Partial<Measured>[] = [
      { udp: false },
      { downKbps: 100 },
      { loss: 0.5 },
      { heard: false },
      { socket: false },
    ];
    for (const one of worse)
      for (const other of worse) {
        const both = judge({ ...one, ...other }).verdict;
        expect(connectionVerdicts.indexOf(both)).toBeGreaterThanOrEqual(
          connectionVerdicts.indexOf(judge(one).verdict),
        );
      }
  });
});
