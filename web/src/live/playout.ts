/**
 * How long pictures and sound are held before they are played. None is best for a conversation; but when packets are
 * repaired on the way, each repair stalls the picture for a round trip, and what piled up meanwhile is thrown away to
 * catch up. The browser does not see it coming: it knows the round trip to the edge, not the one between edge and origin.
 */
export type Playout = { targetMs: number; calmSeconds: number };

/** What happened since the last look, over all pictures of one connection. */
export type Smoothness = {
  seconds: number;
  shown: number;
  /** Decoded or assembled, but too late to be shown. */
  dropped: number;
  freezes: number;
  /** Repairs asked for (RFC 4585 NACK). Drops without any are the machine's, and waiting would not help it. */
  repairs: number;
};

export const noPlayout: Playout = { targetMs: 0, calmSeconds: 0 };
const stepMs = 60;
/** Beyond this a conversation suffers more than a picture gains. */
const mostMs = 300;
const easeMs = 20;
const calmSeconds = 12;
/** A picture that loses fewer of its frames looks smooth. */
const bearableShare = 0.04;

/** Pure: a step up when repairs cost frames, a smaller one down after a calm while. */
export function nextPlayout(playout: Playout, look: Smoothness): Playout {
  const share = look.dropped / Math.max(1, look.shown + look.dropped);
  if (look.repairs > 0 && (share > bearableShare || look.freezes > 0))
    return { targetMs: Math.min(mostMs, playout.targetMs + stepMs), calmSeconds: 0 };
  if (playout.targetMs === 0) return playout;
  const calm = playout.calmSeconds + look.seconds;
  if (calm < calmSeconds) return { ...playout, calmSeconds: calm };
  return { targetMs: Math.max(0, playout.targetMs - easeMs), calmSeconds: 0 };
}

/** Counters of inbound-rtp (W3C webrtc-stats) of every picture, added up. */
export type Counters = { shown: number; dropped: number; freezes: number; repairs: number };

type Stat = {
  type: string;
  kind?: string;
  framesDecoded?: number;
  framesDropped?: number;
  freezeCount?: number;
  nackCount?: number;
};

export function countersOf(report: Iterable<Stat>): Counters {
  const sum = { shown: 0, dropped: 0, freezes: 0, repairs: 0 };
  for (const { type, kind, framesDecoded, framesDropped, freezeCount, nackCount } of report) {
    if (type !== "inbound-rtp" || kind !== "video" || !framesDecoded) continue;
    sum.shown += framesDecoded - (framesDropped ?? 0);
    sum.dropped += framesDropped ?? 0;
    sum.freezes += freezeCount ?? 0;
    sum.repairs += nackCount ?? 0;
  }
  return sum;
}

/** What happened between two looks; undefined when a picture went away meanwhile, so that sums do not compare. */
export function between(before: Counters, after: Counters, seconds: number): Smoothness | undefined {
  const delta = {
    seconds,
    shown: after.shown - before.shown,
    dropped: after.dropped - before.dropped,
    freezes: after.freezes - before.freezes,
    repairs: after.repairs - before.repairs,
  };
  return Object.values(delta).every((value) => value >= 0) ? delta : undefined;
}
