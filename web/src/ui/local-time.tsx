"use client";
import { useSyncExternalStore } from "react";

const subscribe = () => () => {};

/** An instant in the reader's own time zone, with the zone's name. The server does not know it and renders UTC. */
export function LocalTime({ at, language = "en-GB" }: { at: number; language?: string }) {
  const zone = useSyncExternalStore(
    subscribe,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => "UTC",
  );
  const text = new Intl.DateTimeFormat(language, {
    dateStyle: "full",
    timeStyle: "short",
    timeZone: zone,
  }).format(at);
  return (
    <time dateTime={new Date(at).toISOString()}>
      {text} <span className="dim">({zone.replaceAll("_", " ")})</span>
    </time>
  );
}
