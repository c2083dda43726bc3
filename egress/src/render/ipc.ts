import type { RenderOptions } from "./render.ts";

/** What is to be made; all but what only the process itself has. */
export type RenderOrder = Omit<RenderOptions, "onProgress" | "signal" | "mayGoOn">;

/** Desk -> render process. */
export type ToRender =
  | { type: "start"; order: RenderOrder }
  | { type: "pause"; paused: boolean }
  | { type: "cancel" };

export type RenderOutcome =
  | { state: "ready"; durationMs: number; bytes: number }
  /** `message`: for people. `reason`: for the log. */
  | { state: "failed"; message: string; reason: string }
  | { state: "cancelled" };

/** Render process -> desk. */
export type FromRender = { type: "progress"; share: number } | { type: "outcome"; outcome: RenderOutcome };
