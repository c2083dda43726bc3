/** Whether a receiver gets video, from the bandwidth that is estimated for it: voices come first. */
export type VideoHold = {
  held: boolean;
  /** When video was last stopped or let through, ms. */
  since: number;
  /** Since when the estimate has been too low; null while it is not. */
  lowSince: number | null;
  /** How often in a row video came back and had to stop again. */
  failures: number;
};

export const audioFirstRules = {
  /** Below this there is no room for a picture beside the sound, bit/s. */
  floorBitrate: 200_000,
  /** The estimate must be low for this long, ms: a dip is not a reason. */
  lowMs: 2000,
  /**
   * Without video nothing probes the way, so the estimate cannot rise by itself: the picture is tried again after this
   * long, ms, doubled with each failure up to `retryCapMs`.
   */
  retryMs: 5000,
  retryCapMs: 60_000,
  /** A picture that lasted this long was no failure, ms. */
  provenMs: 15_000,
} as const;

export const videoFlows: VideoHold = { held: false, since: 0, lowSince: null, failures: 0 };

/** The state after an estimate of `bitrate` (bit/s) at `now` (ms). */
export function estimated(state: VideoHold, bitrate: number, now: number): VideoHold {
  const rules = audioFirstRules;
  if (state.held) return state;
  const failures = now - state.since >= rules.provenMs ? 0 : state.failures;
  if (bitrate >= rules.floorBitrate) return { ...state, failures, lowSince: null };
  const lowSince = state.lowSince ?? now;
  if (now - lowSince < rules.lowMs) return { ...state, failures, lowSince };
  return { held: true, since: now, lowSince: null, failures: failures + 1 };
}

/** When a held picture is tried again, ms; undefined while video flows. */
export function retryAt(state: VideoHold): number | undefined {
  const { retryMs, retryCapMs } = audioFirstRules;
  if (!state.held) return undefined;
  return state.since + Math.min(retryCapMs, retryMs * 2 ** Math.min(10, state.failures - 1));
}

/** Let the picture through again. */
export const retried = (state: VideoHold, now: number): VideoHold => ({
  ...state,
  held: false,
  since: now,
  lowSince: null,
});
