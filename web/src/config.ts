import { loadConfig, secret } from "@rostrum/platform";
import { z } from "zod";
import { parseNetworks } from "./server/webhooks/networks.ts";

const optionalText = z.string().optional();

const isNetworkList = (text: string): boolean => {
  try {
    parseNetworks(text);
    return true;
  } catch {
    return false;
  }
};

/** Configuration of web and its jobs process. */
export const WebConfig = z.object({
  NODE_ID: z.string().min(1).default("web").describe("Name of this process"),
  REGION: z.string().default("local").describe("Region of the people who come to this process"),
  LOG_LEVEL: z
    .enum(["trace", "debug", "info", "warn", "error", "silent"])
    .default("info")
    .describe("Log level"),
  HTTP_HOST: z.string().default("127.0.0.1").describe("Address that web listens on"),
  HTTP_PORT: z.coerce.number().int().min(0).max(65535).default(4400).describe("Port that web listens on"),
  PUBLIC_URL: z.url().describe("How people reach this site; every link in a mail begins with it"),
  DATABASE_URL: secret(z.string().min(1)).describe("postgres:// URL of the app's role"),
  REDIS_URL: secret(z.string().min(1)).describe("redis:// URL"),
  ROSTRUM_SECRET: secret(z.string().min(32)).describe("Root of all token keys, the same on every node"),
  SMTP_URL: secret(z.string().min(1)).describe("smtp:// or smtps:// URL of the mail provider"),
  MAIL_SINK_URL: optionalText.describe(
    "Inbox of the mail sink, when mail ends there: erased people's mails are deleted in it",
  ),
  MAIL_FROM: z.string().default("Rostrum <no-reply@rostrum.local>").describe("Sender of every mail"),
  DKIM_DOMAIN: optionalText.describe("Domain that signs mails (RFC 6376); the sender's when it is not set"),
  DKIM_SELECTOR: optionalText.describe(
    "Selector of the key: its public half is the TXT record {selector}._domainkey.{domain}; rostrum when not set",
  ),
  DKIM_PRIVATE_KEY: secret(optionalText).describe(
    "Private key (PEM) that signs mails; without one the provider signs, or nobody",
  ),
  BOUNCE_ADDRESS: z
    .email()
    .optional()
    .describe(
      "Mailbox that bounces come back to, as name+{mail}@domain; its server hands them to /api/mail/events",
    ),
  MAIL_HOOK_SECRET: secret(optionalText).describe(
    "whsec_... that signs what a mail provider tells /api/mail/events; without one there is no such address",
  ),
  TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .max(8)
    .default(0)
    .describe("Reverse proxies in front of web that append to X-Forwarded-For; 0: people connect directly"),
  METRICS_TOKEN: secret(optionalText).describe(
    "Bearer token that opens /api/internal/metrics; without one there is no such page",
  ),
  WEBHOOK_ALLOWED_NETWORKS: z
    .string()
    .default("")
    .refine(isNetworkList, "Write networks like 10.1.0.0/16, 192.168.7.5")
    .describe(
      "Your own networks that webhooks may call, also over http, comma-separated; empty: public addresses only",
    ),
  CAPTCHA_PROVIDER: z
    .enum(["none", "hcaptcha", "turnstile", "custom"])
    .default("none")
    .describe(
      "Third party that tells people from programs on registration forms; none: Rostrum does by itself",
    ),
  CAPTCHA_WHEN: z
    .enum(["suspicious", "always"])
    .default("suspicious")
    .describe("Whether the CAPTCHA is shown to everybody, or where something is not as with people"),
  CAPTCHA_SITE_KEY: optionalText.describe("The CAPTCHA's public key"),
  CAPTCHA_SECRET: secret(optionalText).describe("The CAPTCHA's secret key"),
  CAPTCHA_VERIFY_URL: z
    .url()
    .optional()
    .describe("Where answers are verified; the provider's own when not set"),
  CAPTCHA_SCRIPT_URL: z
    .url()
    .optional()
    .describe("Script of a custom CAPTCHA: it sets window.captcha with render(element, {sitekey, callback})"),
  REHEARSAL_JOINS: z.coerce
    .number()
    .int()
    .min(0)
    .max(10_000)
    .default(1000)
    .describe(
      "Admissions that a new web tries by itself until fifty real ones came, so that its code is warm; 0: none",
    ),
  TURN_URLS: optionalText.describe("Comma-separated TURN URLs given to browsers"),
  TURN_SECRET: secret(optionalText).describe("Shared secret of the TURN server (use-auth-secret)"),
});
export type WebConfig = z.infer<typeof WebConfig>;

let loaded: WebConfig | undefined;

/** Read once; throws ConfigError with every fault. */
export function webConfig(): WebConfig {
  loaded ??= loadConfig(WebConfig, process.env, "web");
  return loaded;
}
