import type { Log, Redis, Scope } from "@rostrum/platform";
import { ProgrammeMark, programmeMarksKey } from "@rostrum/protocol";
import type { DateRange } from "../hls/index.ts";

const everyMs = 400;
/** Whoever speaks for less is not told of, ms. */
const settleMs = 3000;
/** Turns that players are told of. */
const keptTurns = 200;

type Turn = { atMs: number; name: string | null };

/** A mark of the room as players are told of it. */
export function rangeOfMark({ id, kind, startsAt, endsAt, title }: ProgrammeMark): DateRange {
  return {
    id,
    class: `rostrum.${kind}`,
    startMs: startsAt,
    durationMs: endsAt === null ? null : endsAt - startsAt,
    endOnNext: kind === "chapter",
    attributes: title === null ? {} : { "ROSTRUM-TITLE": title },
  };
}

/** Who speaks, by number: names are not told. @param turns in order, programme time @param nowMs programme time */
export function rangesOfTurns(turns: readonly Turn[], nowMs: number): DateRange[] {
  const people = new Map<string, number>();
  const ranges: DateRange[] = [];
  for (const [index, { atMs, name }] of turns.entries()) {
    if (name === null) continue;
    const person = people.get(name) ?? people.size + 1;
    people.set(name, person);
    const next = turns[index + 1]?.atMs;
    if ((next ?? nowMs) - atMs < settleMs) continue;
    ranges.push({
      id: `speaker-${Math.round(atMs)}`,
      class: "rostrum.speaker",
      startMs: atMs,
      durationMs: next === undefined ? null : next - atMs,
      attributes: { "ROSTRUM-SPEAKER": person },
    });
  }
  return ranges.slice(-keptTurns);
}

export type MarksOptions = {
  redis: Redis;
  webinarId: string;
  /** Everything that players are to know now. */
  onRanges: (ranges: DateRange[]) => void;
  scope: Scope;
  log: Log;
};

/** What happens in one programme: the room's marks as web leaves them in Redis, and who speaks. */
export class Marks {
  readonly #options: MarksOptions;
  readonly #turns: Turn[] = [];
  #texts = "";
  #marks: DateRange[] = [];

  constructor(options: MarksOptions) {
    this.#options = options;
    options.scope.every(everyMs, "marks", () => this.#look());
  }

  /** Somebody else speaks, or nobody. @param atMs programme time, epoch ms, rising */
  turn(atMs: number, name: string | null): void {
    this.#turns.push({ atMs, name });
  }

  async #look(): Promise<void> {
    const { redis, webinarId, onRanges, log } = this.#options;
    try {
      this.#take(await redis.hvals(programmeMarksKey(webinarId)));
    } catch (error) {
      log.debug({ err: error }, "the room's marks cannot be read now");
    }
    onRanges([...this.#marks, ...rangesOfTurns(this.#turns, Date.now())]);
  }

  #take(values: string[]): void {
    const texts = values.sort().join("\n");
    if (texts === this.#texts) return;
    this.#texts = texts;
    this.#marks = values
      .flatMap((value) => {
        const parsed = ProgrammeMark.safeParse(JSON.parse(value));
        return parsed.success ? [rangeOfMark(parsed.data)] : [];
      })
      .sort((a, b) => a.startMs - b.startMs);
  }
}
