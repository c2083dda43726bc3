import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from "node:crypto";

/** Standard Webhooks: 24 to 64 random bytes, base64, behind `whsec_`. */
export const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString("base64")}`;

/** `v1,<base64>` of HMAC-SHA256 over `id.timestamp.body`, keyed with the bytes behind `whsec_`. */
export function signWebhook(
  secret: string,
  { id, timestamp, body }: { id: string; timestamp: number; body: string },
): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  return `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;
}

const sealKey = (root: string): Buffer =>
  Buffer.from(hkdfSync("sha256", root, "", "rostrum webhook secrets", 32));

/** Encrypted for the database (AES-256-GCM): a copy of it alone signs nothing. */
export function sealSecret(root: string, secret: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv("aes-256-gcm", sealKey(root), iv);
  const sealed = Buffer.concat([cipher.update(secret, "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString("base64url");
}

/** Throws when it was sealed with another root. */
export function openSecret(root: string, sealed: string): string {
  const bytes = Buffer.from(sealed, "base64url");
  const decipher = createDecipheriv("aes-256-gcm", sealKey(root), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return decipher.update(bytes.subarray(28), undefined, "utf8") + decipher.final("utf8");
}
