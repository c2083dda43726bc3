import type { StageProducer } from "@rostrum/protocol";

/** As much of a track as the choice needs; a remote one is muted until its first packet (W3C webrtc §5.3). */
export type Candidate = {
  producer: Pick<StageProducer, "participantId" | "source" | "paused">;
  track: Pick<MediaStreamTrack, "muted">;
};

/**
 * One track for each participant and source. There are two while the stage moves to another origin: the newer one is
 * shown once something flows on it, so that nobody is seen twice, heard twice, or gone for a moment.
 */
export function oneEach<T extends Candidate>(tracks: readonly T[]): T[] {
  const chosen = new Map<string, T>();
  for (const one of tracks) {
    const key = `${one.producer.participantId} ${one.producer.source}`;
    if (!chosen.has(key) || !one.track.muted || one.producer.paused) chosen.set(key, one);
  }
  return [...chosen.values()];
}
