import type { ExportDelivery } from "./overview.ts";

export type Layout = "tidy" | "zoom";
type File = ExportDelivery["files"][number];
export type Row = { kind: Kind; format: "csv" | "xlsx" };

export const exportKinds = [
  { kind: "attendance", name: "Attendance" },
  { kind: "registrants", name: "Registrants" },
  { kind: "polls", name: "Polls" },
  { kind: "questions", name: "Q&A" },
  { kind: "chat", name: "Chat" },
  { kind: "replay", name: "Replay" },
  { kind: "events", name: "Raw events" },
] as const;
type Kind = (typeof exportKinds)[number]["kind"];

/** What Zoom has no report of stays tidy; its chat is text, once. */
export function filesOf(rows: readonly Row[], layout: Layout) {
  const files = rows.map(({ kind, format }) => {
    if (layout === "tidy" || kind === "events" || kind === "replay")
      return { kind, format, layout: "tidy" as const };
    return kind === "chat" ? { kind, format: "txt" as const, layout } : { kind, format, layout };
  });
  return [...new Map(files.map((file) => [JSON.stringify(file), file])).values()];
}

/** The same backwards: what is ticked. */
export const rowsOf = (files: readonly File[]): Row[] =>
  files.flatMap(({ kind, format }) => {
    const known = exportKinds.find((one) => one.kind === kind);
    return known ? [{ kind: known.kind, format: format === "xlsx" ? "xlsx" : "csv" }] : [];
  });

/** A minute of the day as a field shows it. */
export const timeOf = (minute: number | null): string =>
  minute === null
    ? ""
    : `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

export function minuteOf(time: string): number | null {
  const [hour, minute] = time.split(":").map(Number);
  return hour === undefined || minute === undefined ? null : hour * 60 + minute;
}
