"use client";
import { useCallback, useEffect, useRef, useState } from "react";
import { useLanguage } from "../../client/language.tsx";
import type { ReplayPlayer } from "../../live/replay-player.ts";
import type { Replay } from "./replay.ts";

export type Captions = { available: boolean; shown: boolean; toggle: () => void };

const key = "rostrum-captions";

function wanted(): boolean {
  try {
    return window.localStorage.getItem(key) === "on";
  } catch {
    return false;
  }
}

/** The recording's captions as a text track of the element: the browser shows them in full screen too. */
export function useCaptions(player: ReplayPlayer | null, cues: Replay["captions"]): Captions {
  const [shown, setShown] = useState(wanted);
  const { locale, texts } = useLanguage();
  const track = useRef<TextTrack | null>(null);
  const available = cues.length > 0;
  useEffect(() => {
    if (!player || !available) return;
    track.current ??= player.video.addTextTrack("captions", texts.replay.captions, locale);
    const made = track.current;
    const fill = (): void => {
      for (const cue of [...(made.cues ?? [])]) made.removeCue(cue);
      for (const { fromMs, toMs, text } of cues) {
        const [from, to] = [Math.max(0, player.mediaTime(fromMs)), player.mediaTime(toMs)];
        if (to <= from) continue;
        const cue = new VTTCue(from, to, text);
        // Clear of the controls.
        cue.line = -3;
        made.addCue(cue);
      }
    };
    // Where a time lies on the element's axis is known with the first picture.
    player.video.addEventListener("loadeddata", fill);
    if (player.video.readyState >= 2) fill();
    return () => player.video.removeEventListener("loadeddata", fill);
  }, [player, cues, available, texts, locale]);
  useEffect(() => {
    if (track.current && player) track.current.mode = shown ? "showing" : "hidden";
  }, [shown, player]);
  const toggle = useCallback(() => {
    setShown((was) => {
      try {
        window.localStorage.setItem(key, was ? "off" : "on");
      } catch {
        // Not kept.
      }
      return !was;
    });
  }, []);
  return { available, shown, toggle };
}
