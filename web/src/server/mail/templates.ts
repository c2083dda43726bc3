/** One mail as text and calm HTML. Every value is escaped; links are ours. */
export type MailContent = {
  subject: string;
  heading: string;
  lines: string[];
  action?: { label: string; link: string };
  small?: string;
  /** Where a registrant changes or cancels the registration. */
  manage?: string;
  /** Where they say that they want no more of these. */
  unsubscribe?: string;
};

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);

export function renderText({ heading, lines, action, small, manage, unsubscribe }: MailContent): string {
  return [
    heading,
    "",
    ...lines,
    ...(action ? ["", `${action.label}: ${action.link}`] : []),
    ...(small ? ["", small] : []),
    ...(manage ? ["", `Change or cancel your registration: ${manage}`] : []),
    ...(unsubscribe ? [`No more reminders: ${unsubscribe}`] : []),
    "",
  ].join("\n");
}

export function renderHtml({
  subject,
  heading,
  lines,
  action,
  small,
  manage,
  unsubscribe,
}: MailContent): string {
  const paragraphs = lines.map((line) => `<p style="margin:0 0 12px">${escapeHtml(line)}</p>`).join("");
  const button = action
    ? `<p style="margin:24px 0"><a href="${escapeHtml(action.link)}" style="background:#3d4fd8;color:#fff;padding:12px 20px;border-radius:8px;text-decoration:none;font-weight:600">${escapeHtml(action.label)}</a></p>`
    : "";
  const foot = small
    ? `<p style="margin:24px 0 0;color:#6b7280;font-size:13px">${escapeHtml(small)}</p>`
    : "";
  const links = [
    ...(manage ? [{ label: "Change or cancel your registration", link: manage }] : []),
    ...(unsubscribe ? [{ label: "No more reminders", link: unsubscribe }] : []),
  ];
  const self = links
    .map(
      ({ label, link }) =>
        `<p style="margin:12px 0 0;font-size:13px"><a href="${escapeHtml(link)}" style="color:#6b7280">${escapeHtml(label)}</a></p>`,
    )
    .join("");
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;background:#f5f6f8;font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;color:#16181d;font-size:16px;line-height:1.5">
<div style="max-width:560px;margin:0 auto;padding:32px 20px"><div style="background:#fff;border:1px solid #e5e7eb;border-radius:14px;padding:32px">
<h1 style="margin:0 0 16px;font-size:21px;line-height:1.3">${escapeHtml(heading)}</h1>${paragraphs}${button}${foot}${self}</div></div></body></html>`;
}
