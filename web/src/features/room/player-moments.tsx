"use client";
import { type KeyboardEvent, useRef, useState } from "react";
import { useTexts } from "../../client/language.tsx";
import type { Moment } from "../../live/quality.ts";

type Props = {
  moments: readonly Moment[];
  range: { start: number; end: number };
  onSeek: (at: number) => void;
};

/** What happened, on the scrubber: one stop of the Tab key, arrows from one to the next. */
export function PlayerMoments({ moments, range, onSeek }: Props) {
  const { quality: words } = useTexts();
  const bar = useRef<HTMLDivElement>(null);
  const [reached, setReached] = useState<string | null>(null);
  const shown = moments.filter(({ at }) => at >= range.start && at <= range.end);
  if (shown.length === 0) return null;
  const stop = shown.some(({ id }) => id === reached) ? reached : shown.at(-1)?.id;
  const nameOf = ({ kind, title }: Moment): string =>
    kind === "question" ? words.question : words[kind](title ?? "");
  const onKeyDown = (event: KeyboardEvent) => {
    const by = event.key === "ArrowLeft" ? -1 : event.key === "ArrowRight" ? 1 : 0;
    if (by === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const all = [...(bar.current?.querySelectorAll<HTMLElement>("button") ?? [])];
    all[all.indexOf(document.activeElement as HTMLElement) + by]?.focus();
  };
  return (
    <div ref={bar} className="player-moments" role="toolbar" aria-label={words.moments} onKeyDown={onKeyDown}>
      {shown.map((moment) => {
        const share = (moment.at - range.start) / Math.max(1, range.end - range.start);
        const name = nameOf(moment);
        return (
          <button
            key={moment.id}
            type="button"
            data-kind={moment.kind}
            data-side={share > 0.5 ? "end" : "start"}
            aria-label={name}
            tabIndex={moment.id === stop ? 0 : -1}
            style={{ "--at": share } as React.CSSProperties}
            onFocus={() => setReached(moment.id)}
            onClick={() => onSeek(moment.at)}
          >
            <span aria-hidden="true">{name}</span>
          </button>
        );
      })}
    </div>
  );
}
