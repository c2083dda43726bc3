/**
 * Who is speaking, from audio levels. A new voice takes over when it has been the loudest for a while and clearly
 * louder than the current one; the current speaker keeps the floor for a hold time, so that a cough does not switch
 * the picture. Levels are dBov as mediasoup gives them: -127 (silence) to 0.
 */
export type SpeakerState = {
  current: string | null;
  /** When `current` took the floor, ms. */
  since: number;
  /** A voice on its way to take over. */
  candidate: { id: string; since: number } | null;
};

export type Level = { id: string; dBov: number };

export const speakerRules = {
  /** Quieter than this is nobody speaking. */
  floorDbov: -50,
  /** A candidate must lead for this long, ms. */
  windowMs: 300,
  /** The current speaker keeps the floor for this long, ms, while it is there. */
  holdMs: 2000,
  /** And must be outdone by this much, dB, while it still speaks itself. */
  marginDb: 3,
} as const;

export const nobodySpeaks: SpeakerState = { current: null, since: 0, candidate: null };

/** The state after one report of levels at `now` (ms). `present` are those who may hold the floor. */
export function hear(
  state: SpeakerState,
  levels: readonly Level[],
  present: ReadonlySet<string>,
  now: number,
): SpeakerState {
  const held = state.current !== null && present.has(state.current) ? state : { ...nobodySpeaks };
  const loudest = levels
    .filter((level) => present.has(level.id) && level.dBov > speakerRules.floorDbov)
    .sort((a, b) => b.dBov - a.dBov || a.id.localeCompare(b.id))[0];
  if (!loudest || loudest.id === held.current) return { ...held, candidate: null };
  if (held.current === null) return { current: loudest.id, since: now, candidate: null };

  const own = levels.find((level) => level.id === held.current)?.dBov ?? -127;
  if (loudest.dBov < own + speakerRules.marginDb) return { ...held, candidate: null };
  const candidate = held.candidate?.id === loudest.id ? held.candidate : { id: loudest.id, since: now };
  const ripe = now - candidate.since >= speakerRules.windowMs && now - held.since >= speakerRules.holdMs;
  return ripe ? { current: loudest.id, since: now, candidate: null } : { ...held, candidate };
}
