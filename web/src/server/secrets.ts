import { hash, randomBytes } from "node:crypto";

/** An opaque credential for a link or cookie: 192 random bits. Only its hash is ever stored. */
export function newSecret(): { token: string; hash: string } {
  const token = randomBytes(24).toString("base64url");
  return { token, hash: hashSecret(token) };
}

export const hashSecret = (token: string): string => hash("sha256", token, "base64url");
