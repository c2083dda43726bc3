import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import PostalMime, { type Email } from "postal-mime";

export type MailSummary = { id: string; to: string; subject: string; date: string };
export type MailView = MailSummary & {
  html: string;
  text: string;
  links: string[];
  attachments: { name: string; contentType: string; text: string }[];
};

const kept = 500;
const fileName = /^(\d+-[0-9a-f-]+)\.eml$/;

/** Mails on disk, newest first: what was delivered stays through restarts. */
export class MailStore {
  readonly #folder: string;
  /** A mail on disk never changes: each is parsed for the list once. */
  readonly #summaries = new Map<string, MailSummary>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async save(source: Buffer): Promise<void> {
    await mkdir(this.#folder, { recursive: true });
    const target = path.join(this.#folder, `${Date.now()}-${randomUUID()}.eml`);
    await writeFile(`${target}.part`, source);
    await rename(`${target}.part`, target);
  }

  async list(to?: string): Promise<MailSummary[]> {
    const names = await readdir(this.#folder).catch(() => [] as string[]);
    const ids = names
      .flatMap((name) => fileName.exec(name)?.[1] ?? [])
      .sort()
      .reverse()
      .slice(0, kept);
    const listed = new Set(ids);
    for (const id of this.#summaries.keys()) if (!listed.has(id)) this.#summaries.delete(id);
    const mails = await Promise.all(ids.map((id) => this.#summary(id)));
    return to ? mails.filter((mail) => mail.to.toLowerCase() === to.toLowerCase()) : mails;
  }

  /** Delete every mail to these addresses, however old. Answers how many there were. */
  async forget(addresses: readonly string[]): Promise<number> {
    const gone = new Set(addresses.map((address) => address.trim().toLowerCase()));
    let count = 0;
    for (const name of await readdir(this.#folder).catch(() => [] as string[])) {
      const id = fileName.exec(name)?.[1];
      if (!id) continue;
      const mail = await this.#summary(id).catch(() => undefined);
      if (!mail || !gone.has(mail.to.trim().toLowerCase())) continue;
      await rm(path.join(this.#folder, name), { force: true });
      this.#summaries.delete(id);
      count++;
    }
    return count;
  }

  async find(id: string): Promise<MailView | undefined> {
    if (!fileName.test(`${id}.eml`)) return undefined;
    const email = await this.#parse(id).catch(() => undefined);
    if (!email) return undefined;
    const text = email.text ?? "";
    return {
      ...summary(id, email),
      html: email.html ?? "",
      text,
      links: text.match(/https?:\/\/\S+/g) ?? [],
      attachments: email.attachments.map(({ filename, mimeType, content, method }) => ({
        name: filename ?? "attachment",
        contentType: method ? `${mimeType}; method=${method}` : mimeType,
        text: typeof content === "string" ? content : new TextDecoder().decode(content),
      })),
    };
  }

  async #summary(id: string): Promise<MailSummary> {
    const known = this.#summaries.get(id);
    if (known) return known;
    const made = summary(id, await this.#parse(id));
    this.#summaries.set(id, made);
    return made;
  }

  async #parse(id: string): Promise<Email> {
    return PostalMime.parse(await readFile(path.join(this.#folder, `${id}.eml`)));
  }
}

const summary = (id: string, email: Email): MailSummary => ({
  id,
  to: email.to?.[0]?.address ?? "",
  subject: email.subject ?? "(no subject)",
  date: new Date(Number(id.split("-", 1)[0])).toISOString(),
});
