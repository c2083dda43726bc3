import { createHmac, timingSafeEqual } from "node:crypto";
import { findLinkedRun, recordAudit } from "@rostrum/db";
import { EntityId, RostrumError } from "@rostrum/protocol";
import { type Download, openExport } from "../exports/index.ts";
import type { Services } from "../services.ts";
import { exportWish } from "./files.ts";

/** A link is good as long as the message that tells it is on its way, and so long after it arrived, ms. */
export const linkMs = 24 * 3600_000;

const signature = (root: string, runId: string, index: number): string =>
  createHmac("sha256", root).update(`export-link:${runId}:${index}`).digest("base64url");

/** Where one file of a delivery is fetched, without signing in: whoever has the link has the file, for a day. */
export const exportLink = (
  { PUBLIC_URL, ROSTRUM_SECRET }: Services["config"],
  runId: string,
  index: number,
): string => `${PUBLIC_URL}/api/exports/${runId}.${index}.${signature(ROSTRUM_SECRET, runId, index)}`;

const gone = () => new RostrumError("not-found", "This link is not valid any more.");

/** The file behind a link, made now. Every fetch is noted in the audit log. Throws not-found. */
export async function openLink(services: Services, token: string, now = new Date()): Promise<Download> {
  const [runId = "", at = "", given = ""] = token.split(".");
  const index = /^(?:0|[1-9]\d?)$/.test(at) ? Number(at) : -1;
  const wanted = Buffer.from(signature(services.config.ROSTRUM_SECRET, runId, index));
  const shown = Buffer.from(given);
  if (index < 0 || shown.length !== wanted.length || !timingSafeEqual(shown, wanted)) throw gone();
  const found = EntityId.safeParse(runId).success ? await findLinkedRun(services.db, runId) : undefined;
  const file = found?.schedule.files[index];
  const arrived = found?.message.deliveredAt?.getTime() ?? now.getTime();
  if (!found || !file || found.message.failedAt || now.getTime() - arrived > linkMs) throw gone();
  const { schedule, webinar } = found;
  const download = await openExport(services, webinar, exportWish(file), now);
  await recordAudit(services.db, {
    organisationId: schedule.organisationId,
    actorId: null,
    action: `${file.kind}.fetched-by-link`,
    subject: webinar.id,
    details: { scheduleId: schedule.id, format: file.format, layout: file.layout },
  });
  return download;
}
