/** The same mailbox is the same key: trimmed, lower-cased, compatibility characters folded. */
export const emailKey = (email: string): string => email.normalize("NFKC").trim().toLowerCase();
