/** Values as Zoom's reports write them. */
import type { Webinar } from "@rostrum/db";

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

type Clock = { year: string; month: string; day: number; hour: number; minute: string; second: string };
export type ZoomTimes = {
  /** `Mar 22, 2025 19:52:01` */
  time: (at: number) => string;
  /** `Mar 22, 2025 7:52 PM` */
  heading: (at: number) => string;
  /** `2025-03-22 19:52:01` */
  stamp: (at: number) => string;
};

/** Wall-clock times in the webinar's zone: Zoom's reports name no zone. */
export function zoomTimes(timeZone: string): ZoomTimes {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "2-digit",
    second: "2-digit",
  });
  const clock = (at: number): Clock => {
    const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
    return {
      year: parts.year ?? "",
      month: parts.month ?? "1",
      day: Number(parts.day),
      hour: Number(parts.hour),
      minute: parts.minute ?? "",
      second: parts.second ?? "",
    };
  };
  const date = ({ month, day, year }: Clock) => `${months[Number(month) - 1]} ${two(day)}, ${year}`;
  return {
    time: (at) => {
      const c = clock(at);
      return `${date(c)} ${two(c.hour)}:${c.minute}:${c.second}`;
    },
    heading: (at) => {
      const c = clock(at);
      return `${date(c)} ${c.hour % 12 || 12}:${c.minute} ${c.hour < 12 ? "AM" : "PM"}`;
    },
    stamp: (at) => {
      const c = clock(at);
      return `${c.year}-${two(Number(c.month))}-${two(c.day)} ${two(c.hour)}:${c.minute}:${c.second}`;
    },
  };
}

const two = (value: number): string => String(value).padStart(2, "0");

/** Eleven digits in Zoom's groups, always the same for a webinar: importers join reports by it. */
export function zoomId({ id }: Webinar): string {
  const number = BigInt(`0x${id.replaceAll("-", "").slice(0, 15)}`) % 90_000_000_000n;
  const digits = String(number + 10_000_000_000n);
  return `${digits.slice(0, 3)} ${digits.slice(3, 7)} ${digits.slice(7)}`;
}

/** Started minutes count whole. */
export const zoomMinutes = (ms: number): number => Math.ceil(ms / 60_000);

/** One name in two columns: what stands before the first blank, and the rest. */
export function zoomNames(name: string): [first: string, last: string] {
  const at = name.indexOf(" ");
  return at < 0 ? [name, ""] : [name.slice(0, at), name.slice(at + 1)];
}
