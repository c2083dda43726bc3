import PostalMime from "postal-mime";

/**
 * Whether nobody will ever get mail at an address (RFC 3463): it is wrong (5.1.x), or the mailbox is closed (5.2.1). Other
 * refusals are about this mail: too large, taken for spam, mailbox full. Servers that give no such code are believed when
 * they refuse the recipient with 550, 551 or 553 (RFC 5321 §4.2.3).
 */
export function isHardBounce({
  status,
  code,
}: {
  status?: string | undefined;
  code?: number | undefined;
}): boolean {
  if (status) return /^5\.1\.\d+$/.test(status) || status === "5.2.1";
  return code !== undefined && [550, 551, 553].includes(code);
}

/** The enhanced status code in what a server answered. */
export const statusIn = (text: string): string | undefined => /\b([245]\.\d{1,3}\.\d{1,3})\b/.exec(text)?.[1];

export type Report = {
  /** The mail, by our Message-ID or the address that it was sent from. */
  mailId: string;
  outcome: "delivered" | "bounced";
  hard: boolean;
  reason: string;
};

const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const messageId = new RegExp(`<(${uuid})@[^>]+>`, "i");
const verp = new RegExp(`\\+(${uuid})@`, "i");

/**
 * A delivery status notification (RFC 3464) as it came to the bounce mailbox. Undefined for a mail that is none, tells of a
 * delay only, or of no mail of ours.
 */
export async function readReport(raw: string | Uint8Array): Promise<Report | undefined> {
  const mail = await PostalMime.parse(raw, { attachmentEncoding: "utf8" });
  const parts = mail.attachments.map(({ mimeType, content }) => ({ mimeType, text: String(content) }));
  const status = parts.find(({ mimeType }) => mimeType === "message/delivery-status")?.text;
  if (!status) return undefined;
  const fieldOf = (name: string) =>
    new RegExp(`^${name}:[ \\t]*(.*(?:\\r?\\n[ \\t].*)*)`, "im")
      .exec(status)?.[1]
      ?.replace(/\s+/g, " ")
      .trim();
  const to = [...(mail.to ?? []), ...(mail.deliveredTo ? [{ address: mail.deliveredTo }] : [])];
  const ours = to.map(({ address = "" }) => verp.exec(address)?.[1]).find(Boolean);
  const original = parts.find(({ mimeType }) =>
    /^(?:message\/rfc822|text\/rfc822-headers|message\/rfc822-headers)$/.test(mimeType),
  );
  const mailId = ours ?? messageId.exec(original?.text ?? "")?.[1];
  const action = fieldOf("Action")?.toLowerCase();
  if (!mailId || (action !== "failed" && action !== "delivered")) return undefined;
  const code = fieldOf("Status");
  const reason = fieldOf("Diagnostic-Code") ?? code ?? "";
  return {
    mailId: mailId.toLowerCase(),
    outcome: action === "failed" ? "bounced" : "delivered",
    hard: action === "failed" && isHardBounce({ status: code?.split(" ")[0] }),
    reason: reason.slice(0, 500),
  };
}
