"use client";
import { useEffect, useMemo, useState } from "react";
import type { MediaAccess } from "../../live/media-access.ts";
import { parseThumbnails, type Thumbnail } from "../../live/replay-rules.ts";

/** Where thumbnails are, as the page was told, and its access to them. */
export type Track = { url: string; access: MediaAccess };

/** Sheets as this page may show them, by their first address: from another origin they come as data. */
const sheets = new Map<string, Promise<string>>();

function sheetUrl(address: string, access: MediaAccess): Promise<string> {
  const known = sheets.get(address);
  if (known) return known;
  const loaded = fetch(access.address(address)).then(async (response) => {
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return URL.createObjectURL(await response.blob());
  });
  loaded.catch(() => sheets.delete(address));
  sheets.set(address, loaded);
  return loaded;
}

/** The thumbnails of a recording; empty while there are none. */
export function useThumbnails(track: Track | null): Thumbnail[] {
  const [thumbnails, setThumbnails] = useState<Thumbnail[]>([]);
  useEffect(() => {
    if (!track) return;
    const asked = new AbortController();
    fetch(track.access.address(track.url), { signal: asked.signal })
      .then(async (response) => {
        if (response.ok) setThumbnails(parseThumbnails(await response.text()));
      })
      // A recording can be watched without.
      .catch(() => undefined);
    return () => asked.abort();
  }, [track]);
  return thumbnails;
}

/** The track of a replay, as long as its player is the same. */
export function useTrack(url: string | null, access: MediaAccess): Track | null {
  return useMemo(() => (url ? { url, access } : null), [url, access]);
}

/** Where the sheet of a thumbnail can be shown from; null until it is there. */
export function useSheet(track: Track | null, sheet: string | undefined): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    setUrl(null);
    if (!track || !sheet) return;
    let wanted = true;
    sheetUrl(track.url.replace(/[^/]+$/, sheet), track.access)
      .then((loaded) => wanted && setUrl(loaded))
      .catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [track, sheet]);
  return url;
}
