/** The instant at which clocks in `timeZone` show `date` (YYYY-MM-DD) and `time` (HH:MM). */
export function instantIn(timeZone: string, date: string, time: string): Date {
  const asUtc = Date.parse(`${date}T${time}:00Z`);
  // The offset depends on the instant we look for: two steps settle it, except inside a clock change, where any answer is one.
  let guess = asUtc;
  for (let step = 0; step < 2; step++) guess = asUtc - offsetMs(timeZone, guess);
  return new Date(guess);
}

/** How far clocks in `timeZone` are ahead of UTC at an instant, ms. */
function offsetMs(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value ?? 0);
  return (
    Date.UTC(part("year"), part("month") - 1, part("day"), part("hour"), part("minute"), part("second")) -
    Math.floor(at / 1000) * 1000
  );
}

/** What the two inputs should show for an instant. */
export function wallClock(timeZone: string, at: Date): { date: string; time: string } {
  const iso = new Date(at.getTime() + offsetMs(timeZone, at.getTime())).toISOString();
  return { date: iso.slice(0, 10), time: iso.slice(11, 16) };
}
