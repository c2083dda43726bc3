import {
  eraseRetained,
  finishPurge,
  listDuePurges,
  listUnerased,
  markPurged,
  recordAudit,
  type Webinar,
} from "@rostrum/db";
import { forgetSunkMails } from "../forget-mails.ts";
import type { Services } from "../services.ts";
import { leaveRoom } from "./privacy.ts";

/** People erased in one transaction. */
const batch = 1000;

/**
 * Erase everybody from webinars whose time of keeping has passed at `now`. Interrupted, it goes on where it was. Answers how
 * many people were erased.
 */
export async function purgeDue(services: Services, now: Date): Promise<number> {
  let erased = 0;
  for (const webinar of await listDuePurges(services.db, now)) erased += await purge(services, webinar, now);
  return erased;
}

async function purge(services: Services, webinar: Webinar, now: Date): Promise<number> {
  const { db } = services;
  let erased = 0;
  for (;;) {
    const people = await listUnerased(db, webinar.id, batch);
    const ids = [...people.registrationIds, ...people.panelistIds];
    if (ids.length === 0) break;
    const { count, addresses } = await eraseRetained(db, { webinarId: webinar.id, ...people });
    await leaveRoom(services, webinar.id, ids);
    await forgetSunkMails(services, addresses);
    erased += count;
  }
  await finishPurge(db, webinar.id);
  await markPurged(db, webinar.id, now);
  await recordAudit(db, {
    organisationId: webinar.organisationId,
    actorId: null,
    action: "webinar.purged",
    subject: webinar.id,
    details: { erased },
  });
  return erased;
}
