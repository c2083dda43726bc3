import { Readable } from "node:stream";
import { streamRegistrations } from "@rostrum/db";
import { stringify } from "csv-stringify";
import type { Services } from "./services.ts";
import { describeRegistration } from "./use-cases/registrations.ts";

const utmColumns = ["utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content"] as const;
/** Stable order: importers depend on it; new columns go to the end. */
export const csvColumns = [
  "registered_at",
  "name",
  "email",
  "first_joined_at",
  "last_left_at",
  "minutes_attended",
  "delivery",
  "joins",
  ...utmColumns,
  "media_path",
  "media_path_reason",
] as const;

const instant = (ms: number | null): string =>
  ms === null ? "" : new Date(ms).toISOString().replace("Z", "+00:00");

/** Registrations as CSV (RFC 4180, UTF-8), streamed in pages; cells that a spreadsheet would run are escaped. */
export function registrationsCsv(services: Services, webinarId: string): ReadableStream {
  const rows = async function* () {
    for await (const registration of streamRegistrations(services.db, webinarId)) {
      const { attendance, ...row } = describeRegistration(registration);
      yield [
        instant(row.registeredAt),
        row.name,
        row.email,
        instant(attendance.firstJoinedAt),
        instant(attendance.lastLeftAt),
        (attendance.totalMs / 60_000).toFixed(1),
        attendance.delivery,
        attendance.joins,
        ...utmColumns.map((column) => row.utm[column] ?? ""),
        row.reach?.path ?? "",
        row.reach?.reason ?? "",
      ];
    }
  };
  const csv = Readable.from(rows()).pipe(
    stringify({ header: true, columns: [...csvColumns], escape_formulas: true, record_delimiter: "windows" }),
  );
  return Readable.toWeb(csv) as ReadableStream;
}
