import type { MediaKind, MediaSource } from "@rostrum/protocol";

/** How much of a large panel goes to everybody: each camera costs every edge and every receiver. */
export const stageRules = {
  cameras: 9,
  microphones: 16,
  screens: 2,
} as const;

export type StageCandidate = {
  producerId: string;
  participantId: string;
  kind: MediaKind;
  source: MediaSource;
  /** When it was opened, ms. */
  openedAt: number;
};

export type StageFocus = {
  /** Who is spotlighted or pinned by the host: always on stage, first of all. */
  pinned: readonly string[];
  /** Who has spoken, the last one first. */
  speakers: readonly string[];
  /** What is on stage now: stays unless somebody who speaks needs the place. */
  onStage: ReadonlySet<string>;
};

/**
 * Which producers are on stage, and so cascade to the edges: the newest screens, and the cameras and microphones of those
 * who are pinned, who spoke last, who are there already, who came first. Whoever is shown is heard.
 */
export function selectStage(candidates: readonly StageCandidate[], focus: StageFocus): Set<string> {
  const chosen = new Set<string>();
  const shown = new Set<string>();
  for (const one of ranked(candidates, "camera", focus, shown).slice(0, stageRules.cameras)) {
    chosen.add(one.producerId);
    shown.add(one.participantId);
  }
  for (const one of ranked(candidates, "microphone", focus, shown).slice(0, stageRules.microphones))
    chosen.add(one.producerId);
  const screens = candidates
    .filter(({ source }) => source === "screen")
    .toSorted((a, b) => b.openedAt - a.openedAt || a.producerId.localeCompare(b.producerId))
    .slice(0, stageRules.screens);
  for (const { producerId, participantId } of screens) {
    chosen.add(producerId);
    for (const one of candidates)
      if (one.participantId === participantId && one.source === "screen-audio") chosen.add(one.producerId);
  }
  return chosen;
}

/** Producers of one source, the most important first; those of `shown` participants before all others. */
function ranked(
  candidates: readonly StageCandidate[],
  source: MediaSource,
  { pinned, speakers, onStage }: StageFocus,
  shown: ReadonlySet<string>,
): StageCandidate[] {
  const rankOf = (list: readonly string[], id: string): number => {
    const at = list.indexOf(id);
    return at < 0 ? list.length : at;
  };
  return candidates
    .filter((one) => one.source === source)
    .toSorted(
      (a, b) =>
        Number(shown.has(b.participantId)) - Number(shown.has(a.participantId)) ||
        rankOf(pinned, a.participantId) - rankOf(pinned, b.participantId) ||
        rankOf(speakers, a.participantId) - rankOf(speakers, b.participantId) ||
        Number(onStage.has(b.producerId)) - Number(onStage.has(a.producerId)) ||
        a.openedAt - b.openedAt ||
        a.producerId.localeCompare(b.producerId),
    );
}
