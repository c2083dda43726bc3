import type { MediaPath } from "@rostrum/protocol";
import { parseRemembered, type Remembered } from "./reach.ts";

const key = "rostrum:reach";

/** What worked here the last time; null where nothing is kept. */
export function recallPath(): Remembered | null {
  try {
    return parseRemembered(localStorage.getItem(key));
  } catch {
    return null; // Storage is forbidden: every join begins anew.
  }
}

export function rememberPath(path: MediaPath): void {
  try {
    localStorage.setItem(key, JSON.stringify({ path, at: Date.now() } satisfies Remembered));
  } catch {
    // As above.
  }
}

export function forgetPath(): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // As above.
  }
}
