import { drive } from "./programme-cpu.ts";

/** One thing that went wrong, and what was noticed of it: fields of `Harm` in egress/test/bench-harm.ts. */
type Harm = { name: string; [figure: string]: string | number | null };
/** Without `harms` in the short bench, which does no harm. */
export type ProgrammeHarm = { harms?: Harm[] };

/** Kills each part of egress, fills its disk, takes its store and one of its destinations away; four minutes. */
export async function measureHarms({ short }: { short: boolean }): Promise<ProgrammeHarm> {
  return short ? {} : drive<ProgrammeHarm>({ part: "harm" }, 600_000);
}
