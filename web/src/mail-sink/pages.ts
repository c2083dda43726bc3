import { escapeHtml } from "../server/mail/templates.ts";
import type { MailSummary, MailView } from "./store.ts";

const style = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--line:#e3e6ea;--text:#16181d;--dim:#667085;--accent:#3d4fd8}
@media (prefers-color-scheme:dark){:root{--bg:#101216;--card:#181b21;--line:#2a2e37;--text:#eceef2;--dim:#98a2b3;--accent:#8b97ff}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--text);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:860px;margin:0 auto;padding:40px 20px}h1{font-size:22px;margin:0 0 4px}p{margin:0 0 20px;color:var(--dim)}a{color:var(--accent)}
ul{list-style:none;margin:0;padding:0;background:var(--card);border:1px solid var(--line);border-radius:14px;overflow:hidden}
li+li{border-top:1px solid var(--line)}li a{display:block;padding:14px 18px;color:inherit;text-decoration:none}li a:hover,li a:focus-visible{background:color-mix(in srgb,var(--accent) 8%,transparent)}
strong{display:block;font-weight:600}small{color:var(--dim)}iframe{width:100%;height:520px;border:1px solid var(--line);border-radius:14px;background:#fff}
pre{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:16px;overflow:auto;font-size:13px;white-space:pre-wrap}h2{font-size:16px;margin:28px 0 10px}`;

const page = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head><body><main>${body}</main></body></html>`;

export function inboxPage(mails: MailSummary[]): string {
  const rows = mails.map(
    (mail) =>
      `<li><a href="/mail/${encodeURIComponent(mail.id)}"><strong>${escapeHtml(mail.subject)}</strong><small>to ${escapeHtml(mail.to)} · <time datetime="${mail.date}">${escapeHtml(mail.date.replace("T", " ").slice(0, 19))} UTC</time></small></a></li>`,
  );
  const list =
    rows.length > 0
      ? `<ul>${rows.join("")}</ul>`
      : "<p>No mail yet. Register for a webinar or ask for a sign-in link, then reload this page.</p>";
  return page(
    "Mail inbox",
    `<h1>Mail inbox</h1><p>Every mail this installation sends ends here until a mail provider is configured.</p>${list}`,
  );
}

/** The mail's own HTML is shown in a sandbox: no scripts, links open in a new tab. */
export function mailPage(mail: MailView): string {
  const html = mail.html
    ? `<iframe sandbox="allow-popups allow-popups-to-escape-sandbox" title="Mail" srcdoc="${escapeHtml(`<base target="_blank">${mail.html}`)}"></iframe>`
    : "";
  const attachments = mail.attachments.map(
    ({ name, contentType, text }) =>
      `<h2>${escapeHtml(name)} <small>${escapeHtml(contentType)}</small></h2><pre>${escapeHtml(text)}</pre>`,
  );
  return page(
    mail.subject,
    `<p><a href="/">All mail</a></p><h1>${escapeHtml(mail.subject)}</h1><p>to ${escapeHtml(mail.to)}</p>${html}<h2>Text</h2><pre>${escapeHtml(mail.text)}</pre>${attachments.join("")}`,
  );
}
