import type { Endpoint, ExportDelivery } from "./overview.ts";

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

export type BucketDraft = {
  endpoint: string;
  region: string;
  bucket: string;
  prefix: string;
  accessKeyId: string;
  secretKey: string;
};
export const emptyBucket: BucketDraft = {
  endpoint: "",
  region: "eu-central-1",
  bucket: "",
  prefix: "rostrum/",
  accessKeyId: "",
  secretKey: "",
};

/** A delivery as the form holds it: `target` is an endpoint's id, or s3. */
export type Draft = {
  name: string;
  webinarId: string;
  target: string;
  bucket: BucketDraft;
  rows: Row[];
  layout: Layout;
  hours: string;
  time: string;
};

export function draftOf(delivery: ExportDelivery | undefined, endpoints: Endpoint[]): Draft {
  if (!delivery)
    return {
      name: "",
      webinarId: "",
      target: endpoints[0]?.id ?? "s3",
      bucket: emptyBucket,
      rows: [{ kind: "attendance", format: "csv" }],
      layout: "tidy",
      hours: "1",
      time: "",
    };
  const { name, webinarId, endpointId, bucket, files, hoursAfterEnd, dailyMinute } = delivery;
  return {
    name,
    webinarId: webinarId ?? "",
    target: endpointId ?? "s3",
    bucket: bucket ? { ...bucket, secretKey: "" } : emptyBucket,
    rows: rowsOf(files),
    layout: files.some((file) => file.layout === "zoom") ? "zoom" : "tidy",
    hours: hoursAfterEnd?.toString() ?? "",
    time: timeOf(dailyMinute),
  };
}

/** As the server takes it. */
export const wishOfDraft = ({ name, webinarId, target, bucket, rows, layout, hours, time }: Draft) => ({
  name,
  webinarId: webinarId || null,
  endpointId: target === "s3" ? null : target,
  bucket: target === "s3" ? bucket : null,
  files: filesOf(rows, layout),
  hoursAfterEnd: hours.trim() === "" ? null : Number(hours),
  dailyMinute: minuteOf(time),
});

/** Whether a fault is shown beside its field. */
export const isBeside = (field = ""): boolean =>
  ["name", "endpointId", "hoursAfterEnd", "dailyMinute"].includes(field) || field.startsWith("bucket.");
