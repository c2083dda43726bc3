import type { WebConfig } from "../../config.ts";

/** The pool's connections. One mail waits for the provider most of its time: in a row they would be some ten a second. */
export const mailsAtOnce = 5;

/**
 * How mails leave: over connections that are kept, signed where a key is given (RFC 6376). The unsubscribe headers are
 * signed with the rest, as RFC 8058 §3.1 asks.
 */
export const mailTransport = (config: WebConfig) => ({
  url: config.SMTP_URL,
  pool: true as const,
  maxConnections: mailsAtOnce,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 30_000,
  ...dkimOf(config),
});

function dkimOf({ DKIM_DOMAIN, DKIM_SELECTOR, DKIM_PRIVATE_KEY, MAIL_FROM }: WebConfig) {
  if (!DKIM_PRIVATE_KEY) return {};
  const domainName = DKIM_DOMAIN ?? /@([^>\s]+)>?\s*$/.exec(MAIL_FROM)?.[1] ?? "";
  return {
    dkim: {
      domainName,
      keySelector: DKIM_SELECTOR ?? "rostrum",
      // One line in an environment file: its line ends are written as \n.
      privateKey: DKIM_PRIVATE_KEY.replaceAll("\\n", "\n"),
      headerFieldNames: `${signedHeaders}:list-unsubscribe:list-unsubscribe-post`,
    },
  };
}

const signedHeaders =
  "from:sender:reply-to:subject:date:message-id:to:cc:mime-version:content-type:content-transfer-encoding";
