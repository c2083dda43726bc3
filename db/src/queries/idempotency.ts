import { createHash } from "node:crypto";
import { RostrumError } from "@rostrum/protocol";
import { and, eq, lt } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { idempotencyKeys } from "../schema/index.ts";

type Key = { scope: string; key: string; requestHash: string };
/** A client that has not got its answer for this long does not ask again, ms. */
const memoryMs = 24 * 3600_000;

export const hashRequest = (values: unknown[]): string =>
  createHash("sha256").update(JSON.stringify(values)).digest("base64url");

/**
 * Take a key inside the transaction that does the work: a request with the same key waits until that is committed.
 * Answers what was answered before; undefined when this is the first time. Throws conflict for another request's key.
 */
export async function claimKey(tx: Executor, { scope, key, requestHash }: Key): Promise<string | undefined> {
  const [claimed] = await tx
    .insert(idempotencyKeys)
    .values({ scope, key, requestHash })
    .onConflictDoNothing()
    .returning({ key: idempotencyKeys.key });
  if (claimed) return undefined;
  const [before] = await tx
    .select()
    .from(idempotencyKeys)
    .where(and(eq(idempotencyKeys.scope, scope), eq(idempotencyKeys.key, key)));
  if (before?.requestHash !== requestHash) {
    throw new RostrumError("conflict", "This idempotency key was used for another request.", {
      field: "idempotencyKey",
    });
  }
  return before.answer ?? undefined;
}

export async function answerKey(tx: Executor, { scope, key }: Key, answer: string): Promise<void> {
  await tx
    .update(idempotencyKeys)
    .set({ answer })
    .where(and(eq(idempotencyKeys.scope, scope), eq(idempotencyKeys.key, key)));
}

export async function deleteOldKeys(db: Executor, now: Date): Promise<void> {
  await db.delete(idempotencyKeys).where(lt(idempotencyKeys.createdAt, new Date(now.getTime() - memoryMs)));
}
