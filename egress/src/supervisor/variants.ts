import type { Variants } from "../hls/index.ts";
import type { RunInfo, Tuning } from "../programme/ipc.ts";

/** Peak over a segment: the buffer of one second may be emptied once within two, plus the container. */
const rates = (kbps: number): { bandwidth: number; averageBandwidth: number } => ({
  bandwidth: kbps * 1550,
  averageBandwidth: kbps * 1050,
});

/** What players are told of a run's renditions. */
export function variantsOf(info: RunInfo, tuning: Tuning): Variants {
  const { codecs, width, height, framesPerSecond, bitrateKbps } = info;
  const sound = tuning.audioBitrateKbps;
  return {
    main: { codecs, width, height, framesPerSecond, ...rates(bitrateKbps) },
    rungs: info.rungs.map(({ name, bitrateKbps: pictures, ...rung }) => ({
      rendition: name,
      framesPerSecond,
      ...{ codecs: rung.codecs, width: rung.width, height: rung.height },
      ...rates(pictures + sound),
    })),
    audio: {
      codecs: codecs.split(",").at(-1) ?? codecs,
      ...{ width: 0, height: 0, framesPerSecond: 0 },
      ...{ bandwidth: sound * 1250, averageBandwidth: sound * 1100 },
    },
  };
}
