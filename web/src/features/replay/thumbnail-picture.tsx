"use client";
import type { Thumbnail } from "../../live/replay-rules.ts";
import { type Track, useSheet } from "./thumbnails.ts";

/** One picture out of a sheet. */
export function ThumbnailPicture({
  track,
  thumbnail,
}: {
  track: Track | null;
  thumbnail: Thumbnail | undefined;
}) {
  const url = useSheet(track, thumbnail?.sheet);
  if (!thumbnail) return null;
  const { x, y, width, height } = thumbnail;
  return (
    <span
      className="thumbnail"
      data-loaded={url !== null}
      aria-hidden="true"
      style={{
        width,
        height,
        ...(url ? { backgroundImage: `url("${url}")`, backgroundPosition: `-${x}px -${y}px` } : {}),
      }}
    />
  );
}
