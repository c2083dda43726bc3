/** What a player of the broadcast decides, as pure functions. Times in seconds unless they say ms. */

/** What this browser plays HLS with. */
export type Engine = "hls.js" | "native" | "none";

/**
 * Where Media Source Extensions are, hls.js gives the lower delay. An iPhone has only its own player, or MSE in the
 * managed form, beside which its own does better with battery and AirPlay.
 */
export function pickEngine(has: {
  mediaSource: boolean;
  managedMediaSource: boolean;
  /** `canPlayType` of a playlist is not empty. */
  nativeHls: boolean;
}): Engine {
  if (has.mediaSource) return "hls.js";
  if (has.nativeHls) return "native";
  return has.managedMediaSource ? "hls.js" : "none";
}

/** Further behind the aim than this, somebody has rewound: no hurry. */
const rewound = 4;

/**
 * Playback rate that brings a live picture to its aim: a little fast while more is buffered than is needed, a little slow
 * before the buffer runs dry. Nobody hears 8 %.
 */
export function catchUpRate(look: { behind: number; target: number; ahead: number }): number {
  const excess = look.behind - look.target;
  if (excess > rewound) return 1;
  if (look.ahead < 0.12) return 0.95;
  if (excess < 0.08 || look.ahead < 0.4) return 1;
  return excess > 0.4 ? 1.08 : 1.04;
}

/**
 * Whether to jump to live: a picture that came late starts late, and within its first seconds a jump is not noticed; and
 * one that a bad network has put far behind would never get there in a hurry. Not for who went back, or paused.
 */
export function shouldJump(look: {
  behind: number;
  target: number;
  playedMs: number;
  wantsLive: boolean;
}): boolean {
  const excess = look.behind - look.target;
  if (!look.wantsLive || look.playedMs < 500) return false;
  return look.playedMs < 4000 ? excess > 0.9 : excess > rewound;
}

/** Whether somebody this far behind counts as live: the aim, and what a network may wobble. */
export const isLive = (behind: number, target: number): boolean => behind < target + rewound;

/** How a browser's own player stands, which says only what may be sought: it keeps about three seconds to the end of that. */
export function nativeStand(
  range: { start: number; end: number },
  currentTime: number,
): { behind: number | null; live: boolean } {
  // Without a range there is no playlist yet.
  const behind = range.end > 0 ? Math.max(0, range.end - currentTime) : null;
  return { behind, live: behind === null || isLive(behind, 3) };
}

export type Recovery = { faults: number; lastAtMs: number };
export const noFaults: Recovery = { faults: 0, lastAtMs: 0 };
const calmMs = 30_000;
/** In a row, before a person is asked. */
const mostFaults = 8;

/**
 * After a fault that the player could not mend: how long to wait before it starts afresh, or `null`: it has been enough.
 * A while of playing forgives all.
 *
 * @param random 0..1, so that an audience does not come back in one instant
 */
export function nextTry(
  recovery: Recovery,
  nowMs: number,
  random: number,
): { recovery: Recovery; waitMs: number | null } {
  const faults = nowMs - recovery.lastAtMs > calmMs ? 1 : recovery.faults + 1;
  const next = { faults, lastAtMs: nowMs };
  if (faults > mostFaults) return { recovery: next, waitMs: null };
  return { recovery: next, waitMs: Math.round(Math.min(8000, 300 * 2 ** (faults - 1)) * (0.5 + random / 2)) };
}

/** A picture that stands still though it should move. `none`: all is well, or it is too early to tell. */
export type Remedy = "none" | "skip" | "restart";

/** How long it stands, ms, and where something is buffered to skip to. */
export function remedyFor(stall: { standsMs: number; bufferedLater: boolean }): Remedy {
  if (stall.standsMs > 8000) return "restart";
  return stall.bufferedLater && stall.standsMs > 700 ? "skip" : "none";
}

/** `1:05`, `1:02:05`. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const two = (value: number): string => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60)];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

type BehindWords = { tag: string; seconds: (seconds: string) => string; behind: (time: string) => string };

/** How far behind, for people, in the words of a language. */
export function behindText(seconds: number, words: BehindWords): string {
  if (seconds >= 60) return words.behind(clockText(seconds));
  const digits = seconds < 10 ? 1 : 0;
  const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
  return words.behind(words.seconds(new Intl.NumberFormat(words.tag, format).format(Math.max(0, seconds))));
}

export type PlayerCommand =
  | { do: "toggle-play" | "toggle-mute" | "full-screen" | "picture-in-picture" | "live" | "captions" }
  | { do: "seek"; by: number };

/** The keys of the player; those of a form or a slider stay theirs. */
export function commandOf(key: string, on: { tag: string; type?: string }): PlayerCommand | null {
  const typing = on.tag === "TEXTAREA" || on.tag === "SELECT" || (on.tag === "INPUT" && on.type !== "range");
  if (typing) return null;
  if (key === " " && on.tag === "BUTTON") return null;
  if ((key === "ArrowLeft" || key === "ArrowRight") && on.tag === "INPUT") return null;
  const commands: Record<string, PlayerCommand> = {
    " ": { do: "toggle-play" },
    k: { do: "toggle-play" },
    m: { do: "toggle-mute" },
    f: { do: "full-screen" },
    p: { do: "picture-in-picture" },
    l: { do: "live" },
    c: { do: "captions" },
    ArrowLeft: { do: "seek", by: -10 },
    ArrowRight: { do: "seek", by: 10 },
  };
  return commands[key.length === 1 ? key.toLowerCase() : key] ?? null;
}
