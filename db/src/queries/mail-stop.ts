import { and, eq, isNull } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { registrations } from "../schema/index.ts";
import { emailKey } from "./email-key.ts";

/** Nothing more goes to the address of this mail. Inside the transaction that learns of it. */
export async function stopMails(
  tx: Executor,
  mail: { registrationId: string | null; recipient: string },
  { at, reason }: { at: Date; reason: string },
): Promise<void> {
  if (!mail.registrationId) return;
  await tx
    .update(registrations)
    .set({ bouncedAt: at, bounceReason: reason.slice(0, 500) })
    .where(
      and(
        eq(registrations.id, mail.registrationId),
        eq(registrations.emailKey, emailKey(mail.recipient)),
        isNull(registrations.bouncedAt),
        isNull(registrations.erasedAt),
      ),
    );
}
