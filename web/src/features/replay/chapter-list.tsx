"use client";
import { clockText } from "../../live/hls-rules.ts";
import type { ReplayPlayer } from "../../live/replay-player.ts";
import { chapterAt, thumbnailAt } from "../../live/replay-rules.ts";
import { useValue } from "../../live/use-value.ts";
import type { Replay } from "./replay.ts";
import { ThumbnailPicture } from "./thumbnail-picture.tsx";
import { useThumbnails, useTrack } from "./thumbnails.ts";

type Props = { player: ReplayPlayer; chapters: Replay["chapters"]; media: Replay["media"] };

export function ChapterList({ player, chapters, media }: Props) {
  const { positionMs } = useValue(player.state);
  const track = useTrack(media.storyboard ? media.thumbnails : null, player.access);
  const thumbnails = useThumbnails(track);
  const current = chapterAt(chapters, positionMs);
  return (
    <ol className="panel-body chapters">
      {chapters.map(({ startMs, title }, index) => (
        <li key={`${startMs} ${title}`}>
          <button
            type="button"
            className="chapter"
            aria-current={index === current ? "true" : undefined}
            onClick={() => player.seek(startMs)}
          >
            {track && (
              <span className="chapter-picture">
                <ThumbnailPicture track={track} thumbnail={thumbnailAt(thumbnails, startMs + 9999)} />
              </span>
            )}
            <span className="chapter-title">{title}</span>
            <span className="number dim small">{clockText((startMs - player.range.fromMs) / 1000)}</span>
          </button>
        </li>
      ))}
    </ol>
  );
}
