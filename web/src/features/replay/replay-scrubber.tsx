"use client";
import { type CSSProperties, type PointerEvent, useState } from "react";
import { useTexts } from "../../client/language.tsx";
import { clockText } from "../../live/hls-rules.ts";
import type { ReplayPlayer } from "../../live/replay-player.ts";
import { chapterAt, thumbnailAt } from "../../live/replay-rules.ts";
import { useValue } from "../../live/use-value.ts";
import type { Replay } from "./replay.ts";
import { ThumbnailPicture } from "./thumbnail-picture.tsx";
import { useThumbnails, useTrack } from "./thumbnails.ts";

/** The time line with its chapters; under the pointer, what is to be seen there. */
export function ReplayScrubber({ player, replay }: { player: ReplayPlayer; replay: Replay }) {
  const { positionMs, bufferedMs } = useValue(player.state);
  const { player: controls, replay: words } = useTexts();
  const [dragged, setDragged] = useState<number | null>(null);
  const [hover, setHover] = useState<number | null>(null);
  const { fromMs, toMs } = player.range;
  const length = Math.max(1, toMs - fromMs);
  const value = dragged ?? Math.min(toMs, Math.max(fromMs, positionMs));
  const share = (ms: number): number => (100 * (ms - fromMs)) / length;
  const move = (event: PointerEvent<HTMLInputElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const part = Math.min(1, Math.max(0, (event.clientX - box.left) / box.width));
    setHover(fromMs + part * length);
  };
  const settle = () => {
    if (dragged === null) return;
    player.seek(dragged);
    setDragged(null);
  };
  const shown = dragged ?? hover;
  return (
    <div className="replay-scrubber">
      {shown !== null && (
        <Peek player={player} replay={replay} ms={shown} fromMs={fromMs} share={share(shown)} />
      )}
      <input
        className="player-scrubber"
        type="range"
        aria-label={controls.position}
        aria-valuetext={words.position(clockText((value - fromMs) / 1000), clockText(length / 1000))}
        min={fromMs}
        max={toMs}
        step={100}
        value={value}
        style={
          {
            "--done": `${share(value)}%`,
            "--buffered": `${Math.max(share(value), share(bufferedMs))}%`,
          } as CSSProperties
        }
        onChange={(event) => setDragged(Number(event.target.value))}
        onPointerMove={move}
        onPointerLeave={() => setHover(null)}
        onPointerUp={settle}
        onBlur={settle}
      />
      <span className="replay-ticks" aria-hidden="true">
        {replay.chapters.slice(1).map(({ startMs, title }) => (
          <i key={`${startMs} ${title}`} style={{ left: `${share(startMs)}%` }} />
        ))}
      </span>
    </div>
  );
}

type PeekProps = { player: ReplayPlayer; replay: Replay; ms: number; fromMs: number; share: number };

function Peek({ player, replay, ms, fromMs, share }: PeekProps) {
  const { storyboard, thumbnails: url } = replay.media;
  const track = useTrack(storyboard ? url : null, player.access);
  const thumbnails = useThumbnails(track);
  const chapter = replay.chapters[chapterAt(replay.chapters, ms)];
  return (
    <span className="replay-peek" style={{ "--at": `${share}%` } as CSSProperties}>
      <ThumbnailPicture track={track} thumbnail={thumbnailAt(thumbnails, ms)} />
      <span className="replay-peek-text">
        <b className="number">{clockText((ms - fromMs) / 1000)}</b>
        {chapter && <span>{chapter.title}</span>}
      </span>
    </span>
  );
}
