/** What happens in the programme as players are told of it (EXT-X-DATERANGE, bis §4.4.5.1), written from plain values. */

export type DateRange = {
  /** Without quotes; the same thing always under the same one, another thing never. */
  id: string;
  class: string;
  /** Programme time, epoch ms. */
  startMs: number;
  /** ms; null: not known yet. */
  durationMs: number | null;
  /** ms; how long it was meant to be. */
  plannedMs?: number;
  /** It lasts until the next of its class. Then it has no duration of its own. */
  endOnNext?: boolean;
  /** Names without the `X-`, which is put before them; nothing about persons. */
  attributes: Readonly<Record<string, string | number>>;
};

/** A range as it stands in a playlist, and the end of the playlist in which it first stood so, epoch ms. */
export type ListedRange = { id: string; text: string; changedMs: number };
/** A range that is gone, and the end of the playlist that was the first without it. */
export type RemovedRange = { id: string; atMs: number };

const longestTitle = 120;

/** A quoted string (bis §4.2) holds no quotes, line ends or other control characters. */
const quoted = (text: string): string =>
  `"${text
    .normalize("NFC")
    .replace(/"/g, "'")
    .replace(/\p{Cc}+/gu, " ")
    .slice(0, longestTitle)}"`;
const seconds = (ms: number): string => (ms / 1000).toFixed(3);

export function writeDateRange(range: DateRange): string {
  const { id, startMs, durationMs, plannedMs, endOnNext, attributes } = range;
  return [
    `#EXT-X-DATERANGE:ID=${quoted(id)}`,
    `CLASS=${quoted(range.class)}`,
    `START-DATE="${new Date(startMs).toISOString()}"`,
    ...(durationMs === null || endOnNext ? [] : [`DURATION=${seconds(Math.max(0, durationMs))}`]),
    ...(plannedMs === undefined ? [] : [`PLANNED-DURATION=${seconds(plannedMs)}`]),
    ...(endOnNext ? ["END-ON-NEXT=YES"] : []),
    ...Object.entries(attributes).map(
      ([name, value]) => `X-${name}=${typeof value === "number" ? value : quoted(value)}`,
    ),
  ].join(",");
}

/** Which ranges a playlist lists, from one version to the next. */
export class DateRangeList {
  #wanted: readonly DateRange[] = [];
  #listed: readonly ListedRange[] = [];
  #removed: readonly RemovedRange[] = [];

  /** What there is now; stands in the next version. */
  want(ranges: readonly DateRange[]): void {
    this.#wanted = ranges;
  }

  /**
   * For a new version of the playlist. A range stays until what the playlist lists begins after its end.
   *
   * @param window programme time that the playlist spans, epoch ms
   * @param keepMs for so long what is gone is told of
   */
  version(
    window: { fromMs: number; endMs: number },
    keepMs: number,
  ): { listed: readonly ListedRange[]; removed: readonly RemovedRange[] } {
    const before = new Map(this.#listed.map((range) => [range.id, range]));
    const now = this.#wanted.filter((range) => this.#endOf(range) >= window.fromMs);
    this.#listed = now.map((range): ListedRange => {
      const text = writeDateRange(range);
      const known = before.get(range.id);
      return known?.text === text ? known : { id: range.id, text, changedMs: window.endMs };
    });
    const there = new Set(now.map(({ id }) => id));
    const gone = [...before.keys()].filter((id) => !there.has(id));
    this.#removed = [
      ...this.#removed.filter(({ id, atMs }) => atMs >= window.endMs - keepMs && !there.has(id)),
      ...gone.map((id) => ({ id, atMs: window.endMs })),
    ];
    return { listed: this.#listed, removed: this.#removed };
  }

  /** Epoch ms; of what is not over, never. */
  #endOf(range: DateRange): number {
    if (!range.endOnNext)
      return range.durationMs === null ? Number.POSITIVE_INFINITY : range.startMs + range.durationMs;
    const later = this.#wanted.filter(
      (other) => other.class === range.class && other.startMs > range.startMs,
    );
    return Math.min(Number.POSITIVE_INFINITY, ...later.map(({ startMs }) => startMs));
  }
}
