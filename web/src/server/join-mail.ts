import type { JoinMail } from "@rostrum/db";
import { newSecret } from "./secrets.ts";
import type { Services } from "./services.ts";

/**
 * A fresh personal link: it opens the room, and the page where its owner looks after the registration.
 *
 * @param replayAt the link opens the replay instead, at this second
 */
export function mintJoinMail(services: Pick<Services, "config">, replayAt?: number): JoinMail {
  const { token, hash } = newSecret();
  const { PUBLIC_URL } = services.config;
  const link =
    replayAt === undefined
      ? `${PUBLIC_URL}/j/${token}`
      : `${PUBLIC_URL}/replay/t/${token}${replayAt > 0 ? `?t=${replayAt}` : ""}`;
  return { tokenHash: hash, payload: { link, manage: `${PUBLIC_URL}/r/${token}` } };
}
