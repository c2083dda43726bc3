import type { ProgrammeStatus } from "@rostrum/protocol";

export type ProgrammeState = ProgrammeStatus["state"];

/** Only forward; `failed` and `ended` are for good. */
const next: Record<ProgrammeState, readonly ProgrammeState[]> = {
  starting: ["running", "ending", "failed"],
  running: ["ending", "failed"],
  ending: ["ended", "failed"],
  ended: [],
  failed: [],
};

/** The state after a wish: the wished one when the move is forward, else the one that was. */
export function move(from: ProgrammeState, to: ProgrammeState): ProgrammeState {
  return next[from].includes(to) ? to : from;
}
