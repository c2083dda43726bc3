import { asc, desc, eq, inArray } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { consents, consentTexts } from "../schema/index.ts";
import { lockSeats } from "./registration-seats.ts";

export type ConsentText = { id: string; version: number; text: string };

/** What people are asked to agree to now; undefined when nothing. */
export async function currentConsent(db: Executor, webinarId: string): Promise<ConsentText | undefined> {
  const [row] = await db
    .select({ id: consentTexts.id, version: consentTexts.version, text: consentTexts.text })
    .from(consentTexts)
    .where(eq(consentTexts.webinarId, webinarId))
    .orderBy(desc(consentTexts.version))
    .limit(1);
  return row?.text ? row : undefined;
}

/** A new version, when the text is another than the last; an empty one asks for nothing any more. */
export async function saveConsentText(db: Executor, webinarId: string, text: string): Promise<void> {
  await db.transaction(async (tx) => {
    await lockSeats(tx, webinarId, "update");
    const [last] = await tx
      .select()
      .from(consentTexts)
      .where(eq(consentTexts.webinarId, webinarId))
      .orderBy(desc(consentTexts.version))
      .limit(1);
    if ((last?.text ?? "") === text) return;
    await tx.insert(consentTexts).values({ webinarId, text, version: (last?.version ?? 0) + 1 });
  });
}

/** Somebody agreed; agreeing to the same text again keeps the first time. */
export async function recordConsent(
  db: Executor,
  registrationId: string,
  consentTextId: string,
): Promise<void> {
  await db.insert(consents).values({ registrationId, consentTextId }).onConflictDoNothing();
}

/** The newest text each of them agreed to, and when. */
export async function latestConsents(
  db: Executor,
  registrationIds: string[],
): Promise<Map<string, { version: number; agreedAt: Date }>> {
  const rows = await db
    .select({ id: consents.registrationId, version: consentTexts.version, agreedAt: consents.agreedAt })
    .from(consents)
    .innerJoin(consentTexts, eq(consentTexts.id, consents.consentTextId))
    .where(inArray(consents.registrationId, registrationIds))
    .orderBy(asc(consentTexts.version));
  return new Map(rows.map(({ id, version, agreedAt }) => [id, { version, agreedAt }]));
}
