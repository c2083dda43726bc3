import {
  deleteSession,
  findPanelistByToken,
  findSessionLocale,
  findSessionUser,
  insertSession,
  moveSession,
  type User,
} from "@rostrum/db";
import type { Locale } from "@rostrum/protocol";
import { hashSecret, newSecret } from "./secrets.ts";
import type { Services } from "./services.ts";

const lifetimeSeconds = 30 * 24 * 3600;

/** `__Host-` binds the cookie to this origin over TLS; browsers refuse the prefix on plain http. */
export const cookieName = (publicUrl: string): string =>
  publicUrl.startsWith("https:") ? "__Host-rostrum" : "rostrum";

export function sessionCookie(publicUrl: string, token: string, maxAge = lifetimeSeconds): string {
  const secure = publicUrl.startsWith("https:") ? "; Secure" : "";
  return `${cookieName(publicUrl)}=${token}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${maxAge}${secure}`;
}

export function readCookie(header: string | null, name: string): string | undefined {
  for (const part of (header ?? "").split(";")) {
    const [key, ...value] = part.trim().split("=");
    if (key === name) return value.join("=");
  }
  return undefined;
}

/** A new session's cookie: a fresh id at every sign-in. */
export async function startSession(
  services: Services,
  userId: string,
  organisationId?: string,
): Promise<string> {
  const { token, hash } = newSecret();
  await insertSession(services.db, {
    tokenHash: hash,
    userId,
    ...(organisationId ? { organisationId } : {}),
    expiresAt: new Date(Date.now() + lifetimeSeconds * 1000),
  });
  return sessionCookie(services.config.PUBLIC_URL, token);
}

/** The header that carries a co-host's personal link. */
export const guestHeader = "x-rostrum-link";

/** Who calls: a co-host by their link, which is all they have; else who is signed in. */
export async function currentUser(services: Services, headers: Headers): Promise<User | undefined> {
  const link = headers.get(guestHeader);
  if (link) return coHost(services, link);
  const token = readCookie(headers.get("cookie"), cookieName(services.config.PUBLIC_URL));
  return token ? findSessionUser(services.db, hashSecret(token), new Date()) : undefined;
}

/** The language that somebody signed in chose for their account. */
export async function accountLocale(services: Services, headers: Headers): Promise<Locale | undefined> {
  const token = readCookie(headers.get("cookie"), cookieName(services.config.PUBLIC_URL));
  return token ? findSessionLocale(services.db, hashSecret(token), new Date()) : undefined;
}

/** Somebody invited as a co-host who has not said no: they act in that webinar only. */
async function coHost(services: Services, link: string): Promise<User | undefined> {
  const found = await findPanelistByToken(services.db, hashSecret(link));
  if (found?.panelist.role !== "co-host" || found.panelist.declinedAt) return undefined;
  const { panelist, webinar } = found;
  const { id, email, name } = panelist;
  return { id, email, name, organisationId: webinar.organisationId, role: "co-host", webinarId: webinar.id };
}

/** Work in another of one's organisations from now on. False when it is none of theirs. */
export async function enterOrganisation(
  services: Services,
  headers: Headers,
  organisationId: string,
): Promise<boolean> {
  const token = readCookie(headers.get("cookie"), cookieName(services.config.PUBLIC_URL));
  return token ? moveSession(services.db, hashSecret(token), organisationId) : false;
}

/** End the session; answers the cookie that forgets it. */
export async function endSession(services: Services, headers: Headers): Promise<string> {
  const token = readCookie(headers.get("cookie"), cookieName(services.config.PUBLIC_URL));
  if (token) await deleteSession(services.db, hashSecret(token));
  return sessionCookie(services.config.PUBLIC_URL, "", 0);
}
