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
  return { level: status.level, reason: whatIsLeftOut(status, rungs), since };
}

function whatIsLeftOut(status: CompositorStatus, rungs: Tuning["rungs"]): string {
  const quality = qualitiesWith(rungs.length)[status.level];
  if (!quality?.leastEffort) {
    const lost = rungs.filter(({ name }) => !status.rungs.includes(name)).map(({ name }) => name);
    return `The machine is too busy: viewers go without ${lost.join(" and ") || "a smaller picture"}.`;
  }
  if (quality.divisor === 1)
    return "The machine is too busy: the picture is coarser, and people jump to their places.";
  return `The machine is too busy: the picture changes ${Math.round(status.framesPerSecond)} times a second.`;
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
