import { noCompositor, type ProgrammeCpu, programmeCpu } from "./programme-cpu.ts";
import { measureHarms, type ProgrammeHarm } from "./programme-harm.ts";
import { type HlsResult, measureHls, noHls } from "./programme-hls.ts";

export type ProgrammeResult = HlsResult & ProgrammeCpu & ProgrammeHarm;

/** One file per part; each fills in its own keys, and leaves null what it could not measure. */
const parts = [
  { name: "HLS", empty: noHls, measure: measureHls },
  { name: "compositor", empty: noCompositor, measure: programmeCpu },
  { name: "what goes wrong", empty: {}, measure: measureHarms },
];

/** The programme: what leaves egress, and what it costs. */
export async function measureProgramme(options: { short: boolean }): Promise<ProgrammeResult> {
  let result = Object.assign({}, ...parts.map(({ empty }) => empty)) as ProgrammeResult;
  for (const { name, measure } of parts) {
    process.stderr.write(`--- ${name}\n`);
    result = { ...result, ...(await measure(options)) };
  }
  return result;
}
