import type { ExportFile } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { ExportKind, type ExportWish, refuseWhatThereIsNot } from "../exports/index.ts";

/** As the export route takes it. */
export const exportWish = (file: ExportFile): ExportWish => ({
  kind: ExportKind.parse(file.kind),
  format: file.format,
  layout: file.layout,
  bom: false,
});

/** A file to deliver: only what can be downloaded too. */
export const DeliveredFile = z
  .strictObject({
    kind: ExportKind,
    layout: z.enum(["tidy", "zoom"]),
    format: z.enum(["csv", "xlsx", "txt"]),
  })
  .superRefine((file, context) => {
    try {
      refuseWhatThereIsNot({ ...file, bom: false });
    } catch (error) {
      if (!(error instanceof RostrumError)) throw error;
      context.addIssue({ code: "custom", message: error.message, path: [error.field ?? "kind"] });
    }
  });

/** What the file is called: as it would be downloaded. */
export const nameOf = (slug: string, { kind, layout, format }: ExportFile): string =>
  `${slug}-${kind}${layout === "zoom" && format !== "txt" ? "-zoom" : ""}.${format}`;
