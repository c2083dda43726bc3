import { until } from "./runner.ts";

export type Mail = {
  id: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  links: string[];
  attachments: { name: string; contentType: string; text: string }[];
};

/** Reads the mail sink's JSON, as a person would open their inbox. */
export class Inbox {
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async list(to: string): Promise<{ id: string; subject: string }[]> {
    const response = await fetch(`${this.#url}/api/messages?to=${encodeURIComponent(to)}`, {
      signal: AbortSignal.timeout(5000),
    });
    return (await response.json()) as { id: string; subject: string }[];
  }

  /** The newest mail to an address whose subject matches. */
  waitFor(to: string, subject: RegExp, count = 1): Promise<Mail> {
    return until(`a mail to ${to}`, 15_000, async () => {
      const matching = (await this.list(to)).filter((mail) => subject.test(mail.subject));
      const [newest] = matching;
      if (!newest || matching.length < count) return undefined;
      const response = await fetch(`${this.#url}/api/messages/${newest.id}`, {
        signal: AbortSignal.timeout(5000),
      });
      return (await response.json()) as Mail;
    });
  }
}

/** The personal link in a mail. */
export function linkIn(mail: Mail, path: string): string {
  const link = mail.links.find((candidate) => new URL(candidate).pathname.startsWith(path));
  if (!link) throw new Error(`the mail "${mail.subject}" has no ${path} link`);
  return link;
}
