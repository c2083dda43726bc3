import { createHmac, timingSafeEqual } from "node:crypto";
import { EntityId, RostrumError } from "@rostrum/protocol";
import type { Services } from "./services.ts";

const macOf = ({ config }: Pick<Services, "config">, registrationId: string): string =>
  createHmac("sha256", config.ROSTRUM_SECRET).update(`unsubscribe:${registrationId}`).digest("base64url");

/** A link that needs no account and stores nothing: the registration and proof that we made it. */
export const unsubscribeUrl = (services: Pick<Services, "config">, registrationId: string): string =>
  `${services.config.PUBLIC_URL}/unsubscribe/${registrationId}.${macOf(services, registrationId)}`;

/** Whose link it is. Throws token.invalid. */
export function readUnsubscribeToken(services: Pick<Services, "config">, token: string): string {
  const [id = "", mac = ""] = token.split(".");
  const known = EntityId.safeParse(id).success ? Buffer.from(macOf(services, id)) : Buffer.alloc(0);
  const given = Buffer.from(mac);
  if (known.length === 0 || known.length !== given.length || !timingSafeEqual(known, given))
    throw new RostrumError("token.invalid", "This link is not complete.");
  return id;
}
