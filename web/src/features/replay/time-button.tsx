"use client";
import { clockText } from "../../live/hls-rules.ts";
import type { ReplayPlayer } from "../../live/replay-player.ts";

/** A moment of the recording; pressed, the picture goes there. */
export function TimeButton({ player, atMs, what }: { player: ReplayPlayer; atMs: number; what: string }) {
  const time = clockText((atMs - player.range.fromMs) / 1000);
  return (
    <button
      type="button"
      className="time-button number"
      aria-label={`Go to ${time}, ${what}`}
      onClick={() => player.seek(atMs)}
    >
      {time}
    </button>
  );
}
