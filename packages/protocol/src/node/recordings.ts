import { z } from "zod";
import { WebinarId } from "../ids.ts";

const many = z.array(WebinarId).max(10_000);

/** egress -> web, `POST /api/internal/recordings`: whose files it holds, and whose it has deleted since it asked last. */
export const RecordingsHeld = z.strictObject({ held: many, gone: many });
export type RecordingsHeld = z.infer<typeof RecordingsHeld>;

/** The answer: recordings that are deleted, and whose files and copies are to go. */
export const RecordingsDeleted = z.object({ deleted: z.array(WebinarId) });
export type RecordingsDeleted = z.infer<typeof RecordingsDeleted>;
