/** Where somebody left off in a recording, on this browser. Storage may be switched off: then they begin at the beginning. */
const key = (slug: string): string => `rostrum-replay:${slug}`;

export function placeKept(slug: string): number | null {
  try {
    const kept = Number(window.localStorage.getItem(key(slug)) ?? Number.NaN);
    return Number.isFinite(kept) ? kept : null;
  } catch {
    return null;
  }
}

export function keepPlace(slug: string, ms: number): void {
  try {
    window.localStorage.setItem(key(slug), String(Math.round(ms)));
  } catch {
    // Not kept.
  }
}
