/** When people may register, as a host sets it. Times are epoch ms; null: no such bound. */
export type WindowTimes = {
  startsAt: number;
  opensAt: number | null;
  closesAt: number | null;
  /** Minutes after the start, negative before it: moves with the date. */
  closesAfterMinutes: number | null;
};

export type RegistrationWindow = {
  state: "before" | "open" | "after";
  /** When it opens, while it has not; when it closes, the earlier of both bounds. */
  opensAt: number | null;
  closesAt: number | null;
};

/** Whether people may register at `now`. The moment it opens is in, the moment it closes is not. */
export function registrationWindow(times: WindowTimes, now: number): RegistrationWindow {
  const { opensAt, closesAfterMinutes, startsAt } = times;
  const relative = closesAfterMinutes === null ? null : startsAt + closesAfterMinutes * 60_000;
  const bounds = [times.closesAt, relative].filter((bound) => bound !== null);
  const closesAt = bounds.length > 0 ? Math.min(...bounds) : null;
  if (closesAt !== null && now >= closesAt) return { state: "after", opensAt: null, closesAt };
  if (opensAt !== null && now < opensAt) return { state: "before", opensAt, closesAt };
  return { state: "open", opensAt: null, closesAt };
}
