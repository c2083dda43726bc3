"use client";
import { useEffect, useState } from "react";
import { parseThumbnails, type Thumbnail } from "../../live/replay-rules.ts";

/** Sheets as this page may show them, by their address: from another origin they come as data. */
const sheets = new Map<string, Promise<string>>();

function sheetUrl(address: string): Promise<string> {
  const known = sheets.get(address);
  if (known) return known;
  const loaded = fetch(address).then(async (response) => {
    if (!response.ok) throw new Error(`answered ${response.status}`);
    return URL.createObjectURL(await response.blob());
  });
  loaded.catch(() => sheets.delete(address));
  sheets.set(address, loaded);
  return loaded;
}

/** The thumbnails of a recording; empty while there are none. */
export function useThumbnails(track: string | null): Thumbnail[] {
  const [thumbnails, setThumbnails] = useState<Thumbnail[]>([]);
  useEffect(() => {
    if (!track) return;
    const asked = new AbortController();
    fetch(track, { signal: asked.signal })
      .then(async (response) => {
        if (response.ok) setThumbnails(parseThumbnails(await response.text()));
      })
      // A recording can be watched without.
      .catch(() => undefined);
    return () => asked.abort();
  }, [track]);
  return thumbnails;
}

/** Where the sheet of a thumbnail can be shown from; null until it is there. */
export function useSheet(track: string | null, sheet: string | undefined): string | null {
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    setUrl(null);
    if (!track || !sheet) return;
    let wanted = true;
    sheetUrl(track.replace(/[^/]+$/, sheet))
      .then((loaded) => wanted && setUrl(loaded))
      .catch(() => undefined);
    return () => {
      wanted = false;
    };
  }, [track, sheet]);
  return url;
}
