/** How the report writes figures. */
export const whole = (value: number): string => value.toLocaleString("en");
export const percent = (part: number, of: number): string =>
  of === 0 ? "–" : `${Math.round((100 * part) / of)} %`;
export const minutesText = (ms: number): string => `${Math.round(ms / 60_000)} min`;

/** `0:05`, `1:20`: hours and minutes into the event. */
export function clockText(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}`;
}
