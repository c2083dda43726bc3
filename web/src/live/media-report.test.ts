import { expect, it } from "vitest";
import { MediaReporter } from "./media-report.ts";

const video = (freezeCount: number, totalFreezesDuration: number, framesDecoded: number) => ({
  type: "inbound-rtp",
  kind: "video",
  freezeCount,
  totalFreezesDuration,
  framesDecoded,
});

it("tells what has changed since the last report, the first frame once, and no sound", () => {
  const reporter = new MediaReporter();
  const sound = { type: "inbound-rtp", kind: "audio", freezeCount: 9 };
  expect(reporter.next([video(1, 0.5, 100), sound], 740)).toEqual({
    freezes: 1,
    frozenMs: 500,
    framesDecoded: 100,
    layerSwitches: 0,
    firstFrameMs: 740,
  });
  reporter.layerSwitched();
  expect(reporter.next([video(1, 0.5, 400), video(2, 1, 50)], 740)).toEqual({
    freezes: 2,
    frozenMs: 1000,
    framesDecoded: 350,
    layerSwitches: 1,
  });
  // A stream that is gone takes nothing back.
  expect(reporter.next([], undefined)).toEqual({
    freezes: 0,
    frozenMs: 0,
    framesDecoded: 0,
    layerSwitches: 0,
  });
});
