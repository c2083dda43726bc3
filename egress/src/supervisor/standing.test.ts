import { describe, expect, it } from "vitest";
import type { CompositorStatus, Tuning } from "../programme/ipc.ts";
import { degradedOf } from "./standing.ts";

const rung = (height: number) => ({
  name: `${height}p` as const,
  width: (height * 16) / 9,
  height,
  bitrateKbps: 600,
});
const ladder = { rungs: [rung(480), rung(360)] } as Pick<Tuning, "rungs">;
const status = (level: number, rungs: string[] = []) =>
  ({ level, rungs, framesPerSecond: 30 / (level > 3 ? 2 : 1) }) as CompositorStatus;

describe("degradedOf", () => {
  it("says nothing while nothing is left out", () => {
    expect(degradedOf(null, null, { rungs: [] })).toBeNull();
    expect(degradedOf(status(0, ["480p", "360p"]), 5, ladder)).toBeNull();
  });

  it("names the renditions that viewers go without, before anything else is left out", () => {
    expect(degradedOf(status(1, ["480p"]), 5, ladder)?.reason).toContain("viewers go without 360p.");
    expect(degradedOf(status(2), 5, ladder)?.reason).toContain("viewers go without 480p and 360p.");
  });

  it("speaks of pictures a second only when there are fewer", () => {
    expect(degradedOf(status(2), 5, { rungs: [rung(360)] })?.reason).toContain("coarser");
    expect(degradedOf(status(1), 5, { rungs: [] })?.reason).toContain("the picture is coarser");
    expect(degradedOf(status(4), 5, ladder)?.reason).toContain("changes 15 times a second");
  });
});
