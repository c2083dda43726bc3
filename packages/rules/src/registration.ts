/** What becomes of a registration before seats are counted. */
export type Verdict = { status: "registered" | "pending" | "denied"; reason: string };
export type ApprovalRules = {
  /** For addresses no domain rule names. */
  approval: "approve" | "review" | "deny";
  /** `example.com`, or `*.example.com` for every name below it. */
  allowedDomains: readonly string[];
  blockedDomains: readonly string[];
};

export const domainOf = (email: string): string =>
  email
    .slice(email.lastIndexOf("@") + 1)
    .trim()
    .toLowerCase()
    .replace(/\.$/, "");

const matches = (domain: string, rule: string): boolean => {
  const name = rule.trim().toLowerCase();
  return name.startsWith("*.") ? domain.endsWith(name.slice(1)) : domain === name;
};

/** A blocked domain is denied, an allowed one let in; the rest is up to the host's choice. Reasons are for people. */
export function judgeAddress(email: string, rules: ApprovalRules): Verdict {
  const domain = domainOf(email);
  if (rules.blockedDomains.some((rule) => matches(domain, rule)))
    return { status: "denied", reason: `Addresses at ${domain} are not admitted.` };
  if (rules.allowedDomains.some((rule) => matches(domain, rule)))
    return { status: "registered", reason: `Addresses at ${domain} are admitted.` };
  if (rules.approval === "deny")
    return {
      status: "denied",
      reason: "Registration is limited to certain organisations. Use your work address.",
    };
  if (rules.approval === "review") return { status: "pending", reason: "" };
  return { status: "registered", reason: "" };
}
