import type { ProgrammeAlert } from "@rostrum/protocol";
import type { Recorder } from "../record/index.ts";
import type { ProgrammeState } from "./state.ts";

export type RecordingWatchOptions = {
  recorder: Pick<Recorder, "fault" | "safeAt">;
  /** Length of a segment: one is due that often. */
  segmentMs: number;
  /** Once, when it begins to be missing. */
  onAlert: (alert: ProgrammeAlert) => void;
};

/** Beyond the length of a segment: time to code, cut and sync it on a busy machine. */
const graceMs = 5000;
/** Everything together stays under the ten seconds within which a host must know. */
const mostMs = 8500;

/** Sees that a programme on air is being recorded: a segment is safe on disk every few seconds, or the host is told. */
export class RecordingWatch {
  readonly #options: RecordingWatchOptions;
  #onAirSince: number | null = null;
  #alert: ProgrammeAlert | null = null;
  #trackAlert: ProgrammeAlert | null = null;

  constructor(options: RecordingWatchOptions) {
    this.#options = options;
  }

  get alerts(): ProgrammeAlert[] {
    return [this.#alert, this.#trackAlert].filter((alert) => alert !== null);
  }

  /** Somebody's own track ends here: it is not begun again, and the recording goes on without it. */
  trackFault(reason: string): void {
    const begins = this.#trackAlert === null;
    this.#trackAlert ??= {
      code: "track-missing",
      message: `A separate track is missing. ${reason}`.slice(0, 300),
      since: Date.now(),
    };
    if (begins) this.#options.onAlert(this.#trackAlert);
  }

  /** To be called about every second. */
  look(state: ProgrammeState): void {
    if (state !== "starting" && state !== "running") {
      this.#alert = null;
      this.#trackAlert = null;
      return;
    }
    const now = performance.now();
    this.#onAirSince ??= now;
    const { recorder, segmentMs, onAlert } = this.#options;
    const quietMs = now - Math.max(recorder.safeAt ?? 0, this.#onAirSince);
    if (recorder.fault === null && quietMs <= Math.min(mostMs, segmentMs + graceMs)) {
      this.#alert = null;
      return;
    }
    const reason = recorder.fault ?? "Nothing has been written for some seconds.";
    const begins = this.#alert === null;
    const since = this.#alert?.since ?? Date.now();
    this.#alert = {
      code: "recording-missing",
      message: `The recording is missing. ${reason}`.slice(0, 300),
      since,
    };
    if (begins) onAlert(this.#alert);
  }
}
