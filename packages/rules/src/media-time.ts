/**
 * A viewer sees the stage later than it happens: by a fraction of a second over WebRTC, by seconds over HLS. Events of
 * the room carry programme time (epoch ms, EXT-X-PROGRAM-DATE-TIME of RFC 8216 §4.3.2.6), so that a viewer can show one
 * when its own picture gets there.
 */
export type Anchor = {
  /** Programme time of a point of the media, epoch ms. */
  programmeMs: number;
  /** The same point on the player's own axis, ms. */
  mediaMs: number;
};

/** Programme time of what is on the screen when the player is at `mediaMs`. */
export const programmeTime = (anchor: Anchor, mediaMs: number): number =>
  anchor.programmeMs + (mediaMs - anchor.mediaMs);

/** Where the player is when programme time `programmeMs` is on the screen. */
export const mediaTime = (anchor: Anchor, programmeMs: number): number =>
  anchor.mediaMs + (programmeMs - anchor.programmeMs);

/** Held back no longer than this, ms: a player that stands still must not hide a poll for ever. */
export const longestHoldMs = 30_000;

export type Held<E> = { event: E; at: number; since: number };

/** Put an event of programme time `at`, heard of at `now` (any one clock, ms), in line. The order of hearing stays. */
export const hold = <E>(
  line: readonly Held<E>[],
  entry: { event: E; at: number },
  now: number,
): Held<E>[] => [...line, { ...entry, since: now }];

/**
 * What is due when `playhead` (programme time, or null when nothing plays) is on the screen, and what goes on waiting.
 * Events are let go in the order they came: a later one never overtakes, even when its own time has come.
 */
export function release<E>(
  line: readonly Held<E>[],
  playhead: number | null,
  now: number,
): { due: E[]; line: Held<E>[] } {
  const waits = line.findIndex(
    ({ at, since }) => playhead !== null && at > playhead && now - since < longestHoldMs,
  );
  const end = waits < 0 ? line.length : waits;
  return { due: line.slice(0, end).map(({ event }) => event), line: line.slice(end) };
}
