import { AV_LOG_ERROR } from "node-av/constants";
import { FFmpegError, Log } from "node-av/lib";

/** A libav call that failed: `code` is libav's own negative number. */
export class AvError extends Error {
  readonly code: number;

  constructor(what: string, code: number) {
    super(`${what}: ${FFmpegError.strerror(code)}`);
    this.name = "AvError";
    this.code = code;
  }
}

/** Passes a libav result on, or throws. */
export function check(code: number, what: string): number {
  if (code < 0) throw new AvError(what, code);
  return code;
}

const open = new Map<string, number>();

/** Counts a native object of ours as open; the answer counts it as freed. Tests read `openNatives`. */
export function countNative(kind: string): () => void {
  open.set(kind, (open.get(kind) ?? 0) + 1);
  let counted = true;
  return () => {
    if (!counted) return;
    counted = false;
    open.set(kind, (open.get(kind) ?? 0) - 1);
  };
}

/** Native objects not yet freed, by kind; empty when nothing leaks. */
export function openNatives(): Record<string, number> {
  return Object.fromEntries([...open].filter(([, count]) => count !== 0));
}

/** libav writes to stderr by itself: only what is wrong. */
export function quietAv(): void {
  Log.setLevel(AV_LOG_ERROR);
}
