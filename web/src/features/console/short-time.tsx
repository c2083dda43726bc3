"use client";
import { useSyncExternalStore } from "react";

const subscribe = () => () => {};

/** An instant in a table: the reader's own time, short. The server renders UTC. */
export function ShortTime({ at }: { at: number }) {
  const timeZone = useSyncExternalStore(
    subscribe,
    () => Intl.DateTimeFormat().resolvedOptions().timeZone,
    () => "UTC",
  );
  const text = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short", timeZone }).format(
    at,
  );
  return (
    <time className="number" dateTime={new Date(at).toISOString()}>
      {text}
    </time>
  );
}
