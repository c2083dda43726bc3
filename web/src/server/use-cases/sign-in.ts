import { consumeMagicLink, findOrCreateUser, insertMagicLink, queueMail, recordAudit } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { hashSecret, newSecret } from "../secrets.ts";
import type { Services } from "../services.ts";
import { startSession } from "../session.ts";

const linkLifetimeMs = 20 * 60_000;
/** An invitation waits until somebody is back from holiday. */
export const invitationMs = 7 * 24 * 3600_000;

/** A path on this site, or the console: never another host (ASVS 3.7.2). */
export const safeNext = (next: string | null | undefined): string =>
  next && /^\/(?![/\\])[\w\-/?=&.%]*$/.test(next) ? next : "/console";

/** Mint a link that signs `email` in once. */
export async function mintMagicLink(
  services: Services,
  email: string,
  next?: string,
  lifetimeMs = linkLifetimeMs,
): Promise<string> {
  const { token, hash } = newSecret();
  await insertMagicLink(services.db, {
    tokenHash: hash,
    email: email.trim(),
    next: next ? safeNext(next) : null,
    expiresAt: new Date(Date.now() + lifetimeMs),
  });
  return `${services.config.PUBLIC_URL}/auth/${token}`;
}

/** Mail a sign-in link. The answer is the same whether or not the address is known. */
export async function requestSignInLink(
  services: Services,
  input: { email: string; next?: string },
): Promise<void> {
  const link = await mintMagicLink(services, input.email, input.next);
  await queueMail(services.db, {
    webinarId: null,
    recipient: input.email.trim(),
    kind: "sign-in",
    payload: { link },
  });
}

/** Use a link: the session cookie and where to go. */
export async function consumeSignInLink(
  services: Services,
  token: string,
): Promise<{ cookie: string; next: string }> {
  const link = await consumeMagicLink(services.db, hashSecret(token), new Date());
  if (!link)
    throw new RostrumError("token.invalid", "This link has been used or is too old. Ask for a new one.");
  const user = await findOrCreateUser(services.db, link.email);
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: "user.signed-in",
    subject: user.id,
  });
  return { cookie: await startSession(services, user.id, user.organisationId), next: safeNext(link.next) };
}
