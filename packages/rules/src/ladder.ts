/** The sizes that a programme is coded in beside its own, what each costs, and which of them a node has the cores for. */

export type PictureSize = { width: number; height: number };
/** A smaller rendition of the programme. `name` is part of addresses: it is told by its height alone. */
export type Rung = PictureSize & { name: `${number}p`; bitrateKbps: number };

/** `720,480:900,360`: heights, each with kbit/s where those of the rule are not meant. */
export const ladderPattern = /^(?:none|\d{3,4}(?::\d{2,5})?(?:,\d{3,4}(?::\d{2,5})?)*)?$/;

const even = (value: number): number => 2 * Math.round(value / 2);
/** Small pictures need more bits for each pixel. */
const bitsExponent = 0.75;
const leastHeight = 144;

/**
 * The rungs below the top, largest first.
 *
 * @param wanted as `ladderPattern` has it; empty or `none`: no rungs
 * @throws RangeError when it is none, a rung is not smaller than the top, or one is named twice
 */
export function ladderOf(top: PictureSize & { bitrateKbps: number }, wanted: string): Rung[] {
  if (!ladderPattern.test(wanted)) throw new RangeError(`"${wanted}" is no ladder: write 720,480,360`);
  if (wanted === "" || wanted === "none") return [];
  const rungs = wanted.split(",").map((entry): Rung => {
    const [height = 0, kbps] = entry.split(":").map(Number);
    if (height % 2 !== 0 || height < leastHeight || height >= top.height)
      throw new RangeError(`a rung of ${height} lines: even, ${leastHeight} at least, under ${top.height}`);
    const width = even((height * top.width) / top.height);
    const share = ((width * height) / (top.width * top.height)) ** bitsExponent;
    const bitrateKbps = kbps ?? Math.max(150, 50 * Math.round((top.bitrateKbps * share) / 50));
    return { name: `${height}p`, width, height, bitrateKbps };
  });
  if (new Set(rungs.map(({ name }) => name)).size !== rungs.length)
    throw new RangeError("a rung is named twice");
  return rungs.sort((a, b) => b.height - a.height);
}

/** x264's presets against superfast. */
const presetCost: Record<string, number> = {
  ultrafast: 0.6,
  superfast: 1,
  veryfast: 1.5,
  faster: 2.2,
  fast: 2.8,
  medium: 3.5,
};

export type Coding = PictureSize & { framesPerSecond: number; preset: string };

/** 1: 1280x720 at 30 a second. */
const loadOf = ({ width, height }: PictureSize, framesPerSecond: number): number =>
  (width * height * framesPerSecond) / (1280 * 720 * 30);
const codingCores = ({ preset }: Coding): number => 0.12 * (presetCost[preset] ?? 1);

/** Cores that a programme of four people takes without its ladder, after docs/benchmarks/programme.md (0.42 at 720p30). */
export const programmeCores = (coding: Coding): number =>
  0.2 + loadOf(coding, coding.framesPerSecond) * (0.1 + codingCores(coding));

/** Cores that one rung adds: it is scaled from the composed picture and coded. */
export const rungCores = (rung: PictureSize, coding: Coding): number =>
  loadOf(rung, coding.framesPerSecond) * (0.03 + codingCores(coding));

export type Admission = { taken: boolean; rungs: Rung[]; withheld: Rung[]; cores: number };

/**
 * Whether a node takes one more programme, and with which of its rungs. The first is always taken: it degrades before it
 * is refused. Small rungs come first: they are what a poor network needs.
 */
export function admitProgramme(
  node: { budgetCores: number; usedCores: number; programmes: number },
  coding: Coding,
  ladder: readonly Rung[],
): Admission {
  let cores = programmeCores(coding);
  const free = node.budgetCores - node.usedCores;
  if (node.programmes > 0 && cores > free + slack)
    return { taken: false, rungs: [], withheld: [...ladder], cores };
  const rungs: Rung[] = [];
  for (const rung of [...ladder].reverse()) {
    const more = rungCores(rung, coding);
    if (cores + more > free + slack) break;
    cores += more;
    rungs.unshift(rung);
  }
  return { taken: true, rungs, withheld: ladder.slice(0, ladder.length - rungs.length), cores };
}

/** Sums of estimates are not exact. */
const slack = 1e-9;
