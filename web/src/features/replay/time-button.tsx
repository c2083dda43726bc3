"use client";
import { useTexts } from "../../client/language.tsx";
import { clockText } from "../../live/hls-rules.ts";
import type { ReplayPlayer } from "../../live/replay-player.ts";

/** A moment of the recording; pressed, the picture goes there. */
export function TimeButton({ player, atMs, what }: { player: ReplayPlayer; atMs: number; what: string }) {
  const { replay: words } = useTexts();
  const time = clockText((atMs - player.range.fromMs) / 1000);
  return (
    <button
      type="button"
      className="time-button number"
      aria-label={words.goTo(time, what)}
      onClick={() => player.seek(atMs)}
    >
      {time}
    </button>
  );
}
