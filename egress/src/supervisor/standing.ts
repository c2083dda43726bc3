import { randomUUID } from "node:crypto";
import type { Fact, ProgrammeJob, ProgrammeStatus } from "@rostrum/protocol";
import type { Rung } from "@rostrum/rules";
import { qualitiesWith } from "../programme/governor.ts";
import type { CompositorStatus, Tuning } from "../programme/ipc.ts";
import type { FinishedRecording } from "../record/index.ts";

/** What is left out for want of time, for people; null: nothing is. Rungs go first, then pictures. */
export function degradedOf(
  status: CompositorStatus | null,
  since: number | null,
  { rungs }: Pick<Tuning, "rungs">,
): ProgrammeStatus["degraded"] {
  if (!status || status.level === 0 || since === null) return null;
  const { level, framesPerSecond } = status;
  const lost = rungs.filter(({ name }) => !status.rungs.includes(name)).map(({ name }) => name);
  const quality = qualitiesWith(rungs.length)[level];
  const why = "The machine is too busy";
  if (!quality?.leastEffort)
    return {
      level,
      reason: `${why}: viewers go without ${lost.join(" and ") || "a smaller picture"}.`,
      since,
    };
  if (quality.divisor === 1)
    return { level, reason: `${why}: the picture is coarser, and people jump to their places.`, since };
  return {
    level,
    reason: `${why}: the picture changes ${Math.round(framesPerSecond)} times a second.`,
    since,
  };
}

/** Every rendition with a picture, and whether viewers can have it now. */
export function renditionsOf(
  { tuning, withheld }: { tuning: Tuning; withheld: readonly Rung[] },
  status: CompositorStatus | null,
): ProgrammeStatus["renditions"] {
  const { width, height, videoBitrateKbps } = tuning;
  const state = (name: string) => (!status || status.rungs.includes(name) ? "on-air" : "dropped");
  const told = ({ name, width, height, bitrateKbps }: Rung) => ({ name, width, height, bitrateKbps });
  return [
    { name: `${height}p`, width, height, bitrateKbps: videoBitrateKbps, state: "on-air" as const },
    ...withheld.map((rung) => ({ ...told(rung), state: "withheld" as const })),
    ...tuning.rungs.map((rung) => ({ ...told(rung), state: state(rung.name) as "on-air" | "dropped" })),
  ];
}

/** What web is told of a finished recording. */
export function recordingFact(
  webinarId: ProgrammeJob["webinarId"],
  { chapters = [], ...rest }: FinishedRecording,
  at: number,
): Fact {
  const path = `/recordings/${webinarId}/recording.mp4`;
  return { type: "recording.ready", factId: randomUUID(), webinarId, path, ...rest, chapters, at };
}
