"use client";
import { useEffect, useState } from "react";
import type { PublicWebinar } from "../../server/use-cases/public-page.ts";
import type { Texts } from "../../texts/index.ts";
import { AddToCalendar, useZone } from "./when.tsx";

type Props = { webinar: PublicWebinar; texts: Texts; opensAt: number; onOpen: () => void };

/** Days, hours, minutes and seconds of a time, ms; what is nothing at its front is left out. */
function partsOf(ms: number): { unit: "days" | "hours" | "minutes" | "seconds"; count: number }[] {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  const all = [
    { unit: "days" as const, count: Math.floor(seconds / 86_400) },
    { unit: "hours" as const, count: Math.floor(seconds / 3600) % 24 },
    { unit: "minutes" as const, count: Math.floor(seconds / 60) % 60 },
    { unit: "seconds" as const, count: seconds % 60 },
  ];
  const first = all.findIndex(({ count }) => count > 0);
  return all.slice(first < 0 ? 3 : first).slice(0, 3);
}

/** Before registration opens: when it does, on the reader's clock, and how long that is. */
export function NotOpen({ webinar, texts, opensAt, onOpen }: Props) {
  const timeZone = useZone(webinar.timeZone);
  const [now, setNow] = useState<number>();
  useEffect(() => {
    const tick = () => {
      setNow(Date.now());
      if (Date.now() >= opensAt) onOpen();
    };
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [opensAt, onOpen]);
  const at = new Intl.DateTimeFormat(texts.tag, { dateStyle: "full", timeStyle: "short", timeZone }).format(
    opensAt,
  );
  return (
    <div className="card stack">
      <h2>{texts.window.notYet}</h2>
      <p suppressHydrationWarning>{texts.window.opensAt(at)}</p>
      {now !== undefined && (
        <div className="countdown" role="timer">
          {partsOf(opensAt - now).map(({ unit, count }) => (
            <div key={unit}>
              <strong className="number">{count}</strong>
              <span className="dim small">{texts.window[unit]}</span>
            </div>
          ))}
        </div>
      )}
      <p className="dim small">{texts.window.hint}</p>
      <AddToCalendar
        texts={texts}
        slug={webinar.slug}
        title={webinar.title}
        startsAt={webinar.startsAt}
        durationMinutes={webinar.durationMinutes}
      />
    </div>
  );
}
