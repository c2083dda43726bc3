import { deleteUnconfirmed, settleHolds } from "@rostrum/db";
import { holding } from "../server/seating.ts";
import type { Services } from "../server/services.ts";

/** See to offers and confirmations that are due. Safe to run in any number of workers at once. Answers how many. */
export const settleDueHolds = (services: Pick<Services, "db" | "config">, now: Date): Promise<number> =>
  settleHolds(services.db, now, holding(services, now));

/** Forget addresses that were never confirmed. Answers how many. */
export const forgetUnconfirmed = ({ db }: Pick<Services, "db">, now: Date): Promise<number> =>
  deleteUnconfirmed(db, now);
