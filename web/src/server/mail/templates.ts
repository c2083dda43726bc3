import { brandTones } from "@rostrum/rules";

/** One mail as text and calm HTML. Every value is escaped; links are ours. */
export type MailContent = {
  subject: string;
  heading: string;
  lines: string[];
  action?: { label: string; link: string } | undefined;
  small?: string | undefined;
  /** A list, each with its own link. */
  list?: { text: string; label: string; link: string }[];
  /** Below, in small: what else they may do. */
  links?: { label: string; link: string }[];
  /** Who sends it: `logo` is a whole address. */
  brand?: { name: string; accent: string | null; logo: string | null } | undefined;
  /** RFC 5646 tag of the language. */
  language?: string;
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

export function renderText(content: MailContent): string {
  const { heading, lines, action, small, links = [], list = [], brand } = content;
  return [
    heading,
    "",
    ...lines,
    ...list.flatMap(({ text, label, link }) => ["", text, ...(link ? [`${label}: ${link}`] : [])]),
    ...(action ? ["", `${action.label}: ${action.link}`] : []),
    ...(small ? ["", small] : []),
    ...(links.length > 0 ? [""] : []),
    ...links.map(({ label, link }) => `${label}: ${link}`),
    ...(brand?.name ? ["", brand.name] : []),
    "",
  ].join("\n");
}

const usualAccent = "#3d4fd8";

function head(brand: MailContent["brand"]): string {
  if (!brand) return "";
  const name = escapeHtml(brand.name);
  // Height and width as attributes too: Outlook knows no CSS for pictures.
  const inner = brand.logo
    ? `<img src="${escapeHtml(brand.logo)}" alt="${name}" height="36" style="height:36px;width:auto;border:0">`
    : `<strong style="font-size:15px">${name}</strong>`;
  return `<div style="padding:0 4px 16px">${inner}</div>`;
}

export function renderHtml(content: MailContent): string {
  const { subject, heading, lines, action, small, links = [], list = [], brand, language = "en" } = content;
  const tones = brandTones(brand?.accent ?? usualAccent, "light");
  const paragraphs = lines.map((line) => `<p style="margin:0 0 12px">${escapeHtml(line)}</p>`).join("");
  const button = action
    ? `<p style="margin:24px 0"><a href="${escapeHtml(action.link)}" style="display:inline-block;background:${tones.accent};color:${tones.on};padding:12px 20px;border-radius:8px;text-decoration:none;font-weight:600">${escapeHtml(action.label)}</a></p>`
    : "";
  const rows = list
    .map(
      ({ text, label, link }) =>
        `<p style="margin:0;padding:12px 0;border-top:1px solid #e5e7eb">${escapeHtml(text)}${link ? `<br><a href="${escapeHtml(link)}" style="color:${tones.accent};font-weight:600">${escapeHtml(label)}</a>` : ""}</p>`,
    )
    .join("");
  const foot = small
    ? `<p style="margin:24px 0 0;color:#5b6472;font-size:13px">${escapeHtml(small)}</p>`
    : "";
  const more = links
    .map(
      ({ label, link }) =>
        `<p style="margin:12px 0 0;font-size:13px"><a href="${escapeHtml(link)}" style="color:#5b6472">${escapeHtml(label)}</a></p>`,
    )
    .join("");
  return `<!doctype html><html lang="${language}"><head><meta charset="utf-8"><title>${escapeHtml(subject)}</title></head>
<body style="margin:0;background:#f5f6f8;font-family:system-ui,-apple-system,'Segoe UI',Roboto,sans-serif;color:#16181d;font-size:16px;line-height:1.5">
<div style="max-width:560px;margin:0 auto;padding:32px 20px">${head(brand)}<div style="background:#fff;border:1px solid #e5e7eb;border-top:4px solid ${tones.accent};border-radius:14px;padding:32px">
<h1 style="margin:0 0 16px;font-size:21px;line-height:1.3">${escapeHtml(heading)}</h1>${paragraphs}${rows}${button}${foot}${more}</div></div></body></html>`;
}
