"use client";
import type { CaptionLine } from "@rostrum/protocol";
import { useEffect, useState } from "react";

/** The line that was said last, for as long as it takes to read it, over the stage of those who see it as it happens. */
export function LiveCaption({ line }: { line: CaptionLine | null }) {
  const [gone, setGone] = useState<string | null>(null);
  useEffect(() => {
    if (!line) return;
    const timer = setTimeout(() => setGone(line.id), line.endsAt - line.startsAt);
    return () => clearTimeout(timer);
  }, [line]);
  if (!line || gone === line.id) return null;
  return (
    <p className="live-caption" aria-live="polite">
      {line.text}
    </p>
  );
}
