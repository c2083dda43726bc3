import { listDueCampaigns, queueCampaign } from "@rostrum/db";
import { mintJoinMail } from "../server/join-mail.ts";
import type { Services } from "../server/services.ts";

/** Queue the mails of every campaign that is due. Safe to run in any number of workers at once. Answers how many. */
export async function queueDueCampaigns(
  services: Pick<Services, "db" | "config">,
  now: Date,
): Promise<number> {
  let queued = 0;
  for (const due of await listDueCampaigns(services.db, now))
    queued += await queueCampaign(services.db, due, () => mintJoinMail(services));
  return queued;
}
