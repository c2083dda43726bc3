import type { JoinMail } from "@rostrum/db";
import { newSecret } from "./secrets.ts";
import type { Services } from "./services.ts";

/** A fresh personal link: it opens the room, and the page where its owner looks after the registration. */
export function mintJoinMail(services: Pick<Services, "config">): JoinMail {
  const { token, hash } = newSecret();
  const { PUBLIC_URL } = services.config;
  return {
    tokenHash: hash,
    payload: { link: `${PUBLIC_URL}/j/${token}`, manage: `${PUBLIC_URL}/r/${token}` },
  };
}
