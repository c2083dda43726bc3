/** `1:05`, `1:02:05` or `65`, as ms; null when it is none of these. */
export function parseClock(text: string): number | null {
  const parts = text.trim().split(":");
  if (parts.length > 3 || parts.some((part) => !/^\d{1,5}$/.test(part))) return null;
  const numbers = parts.map(Number);
  if (numbers.slice(1).some((part) => part > 59)) return null;
  return numbers.reduce((sum, part) => sum * 60 + part, 0) * 1000;
}

/** A date as `datetime-local` inputs have it, in the browser's zone; empty for none. */
export function localInput(at: number | null): string {
  if (at === null) return "";
  const local = new Date(at - new Date(at).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

export const fromLocalInput = (text: string): Date | null => (text === "" ? null : new Date(text));
