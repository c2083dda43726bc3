/**
 * The longest time without an event between `from` and `to`, ms. The last event before `from` and the first after `to`
 * count: a picture that stood still when the watch began has been still since its last frame. Times in ascending order.
 */
export function longestGap(times: readonly number[], from: number, to: number): number {
  let last: number | undefined;
  let longest = 0;
  for (const time of times) {
    const since = last ?? Math.min(from, time);
    if (time >= from) longest = Math.max(longest, time - since);
    last = time;
    if (time > to) return longest;
  }
  return Math.max(longest, to - (last ?? from));
}
