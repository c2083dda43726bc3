import { listFormFields, type Webinar } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import type { Services } from "../services.ts";
import type { Rows } from "./cells.ts";
import { asStream, csvLines, inPieces } from "./encode.ts";
import type { Source } from "./people.ts";
import { tidyTables } from "./tidy.ts";
import { workbook } from "./xlsx.ts";
import { zoomChat, zoomTables } from "./zoom.ts";

export const ExportKind = z.enum([
  "registrants",
  "attendance",
  "polls",
  "questions",
  "chat",
  "events",
  "replay",
]);
export type ExportKind = z.infer<typeof ExportKind>;

const flag = z
  .enum(["0", "1"])
  .default("0")
  .transform((value) => value === "1");
/** What a download may ask for; anything else is refused by the field's name. */
export const ExportWish = z.strictObject({
  kind: ExportKind,
  format: z.enum(["csv", "xlsx", "txt"]),
  layout: z.enum(["tidy", "zoom"]).default("tidy"),
  bom: flag,
});
export type ExportWish = z.infer<typeof ExportWish>;

export type Download = { body: ReadableStream<Uint8Array>; type: string; filename: string };

const types = {
  csv: "text/csv; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** A webinar's data as a file that is made while it is downloaded. Throws input.invalid for what there is not. */
export async function openExport(
  services: Pick<Services, "db">,
  webinar: Webinar,
  wish: ExportWish,
  now = new Date(),
): Promise<Download> {
  refuseWhatThereIsNot(wish);
  const { kind, format, layout, bom } = wish;
  const source: Source = {
    db: services.db,
    webinar,
    fields: await listFormFields(services.db, webinar.id, { archived: true }),
    now,
  };
  const chunks = () => {
    if (format === "txt") return inPieces(zoomChat(source));
    const rows = tableOf(source, wish);
    if (format === "xlsx") return workbook(rows, kind);
    return inPieces(csvLines(rows, { bom, newline: layout === "zoom" ? "\n" : "\r\n" }));
  };
  const suffix = layout === "zoom" && format !== "txt" ? "-zoom" : "";
  return {
    body: asStream(chunks()),
    type: types[format],
    filename: `${webinar.slug}-${kind}${suffix}.${format}`,
  };
}

/** Throws input.invalid. */
export function refuseWhatThereIsNot({ kind, format, layout }: ExportWish): void {
  const refuse = (field: string, message: string) => {
    throw new RostrumError("input.invalid", message, { field });
  };
  if (kind === "events" && layout === "zoom")
    refuse("layout", "Zoom has no report of raw events: choose the tidy layout.");
  if (kind === "replay" && layout === "zoom")
    refuse("layout", "There is no such report of Zoom's: choose the tidy layout.");
  const isZoomChat = kind === "chat" && layout === "zoom";
  if (isZoomChat && format !== "txt") refuse("format", "Zoom saves a chat as text: choose txt.");
  if (!isZoomChat && format === "txt") refuse("format", "Choose csv or xlsx.");
}

function tableOf(source: Source, { kind, layout }: ExportWish): Rows {
  if (layout === "tidy" || kind === "events" || kind === "replay" || kind === "chat")
    return tidyTables[kind](source);
  return zoomTables[kind](source);
}
