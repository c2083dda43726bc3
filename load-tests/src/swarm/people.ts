import { callTrpc } from "../wire/api.ts";
import { filledIn, type OpenedForm, openForm, type Pass } from "../wire/guard.ts";

/** Registrations that are on their way at the same time. */
const atOnce = 8;
/** The inbox lists the newest 500 mails: links are read before more than this are on their way. */
const batchSize = 200;

type Site = { web: string; inbox: string; registrationUrl: string };

/**
 * Register people as their browsers would, each from an address of their own as a proxy in front of web would tell it,
 * and read the personal links out of their mail. Order is kept.
 */
export async function registerPeople(site: Site, count: number, run: string): Promise<string[]> {
  const links: string[] = [];
  while (links.length < count) {
    const size = Math.min(batchSize, count - links.length);
    const people = Array.from({ length: size }, (_, i) => links.length + i);
    const emails = people.map((number) => `swarm-${run}-${number}@example.test`);
    const forms = await openForms(site, people);
    await inParallel(people, (number, i) =>
      register(site, { number, email: emails[i] ?? "", form: forms[i] }),
    );
    links.push(...(await linksOf(site, emails)));
  }
  return links;
}

const slugOf = ({ registrationUrl }: Site): string =>
  new URL(registrationUrl).pathname.split("/").at(-1) ?? "";

/** Everybody opens the form first, and takes the time to fill it in. */
async function openForms(site: Site, people: number[]): Promise<Pass[]> {
  const forms: OpenedForm[] = [];
  await inParallel(people, async (number, i) => {
    forms[i] = await openForm(site.web, slugOf(site), addressOf(number));
  });
  const last = forms.reduce((latest, { openedAt }) => Math.max(latest, openedAt), 0);
  await filledIn({ openedAt: last });
  return forms.map(({ pass }) => pass);
}

type Registrant = { number: number; email: string; form: Pass | undefined };

async function register(site: Site, { number, email, form }: Registrant): Promise<void> {
  const slug = slugOf(site);
  const answer = await callTrpc(
    site.web,
    "registration.submit",
    { slug, name: `Person ${number}`, email, answers: {}, utm: {}, guard: form },
    { from: addressOf(number) },
  );
  if (answer.status !== 200) throw new Error(`not registered: ${JSON.stringify(answer.error)}`);
}

/** An address of the benchmarking network (RFC 2544): neighbours come from networks of their own, as people do. */
const addressOf = (number: number): string =>
  `198.${18 + ((number >> 8) & 1)}.${number & 0xff}.${(number >> 9) & 0xff}`;

async function linksOf(site: Site, emails: string[]): Promise<string[]> {
  const found = new Map<string, string>();
  const deadline = Date.now() + 120_000;
  while (found.size < emails.length) {
    if (Date.now() > deadline) throw new Error(`${emails.length - found.size} mails did not come in 120 s`);
    const listed = (await json(`${site.inbox}/api/messages`)) as { id: string; to: string }[];
    const wanted = listed.filter(({ to }) => emails.includes(to) && !found.has(to));
    await inParallel(wanted, async ({ id, to }) => {
      const { links } = (await json(`${site.inbox}/api/messages/${id}`)) as { links: string[] };
      const link = links.find((candidate) => new URL(candidate).pathname.startsWith("/j/"));
      if (link) found.set(to, link);
    });
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  return emails.map((email) => found.get(email) ?? "");
}

async function json(url: string): Promise<unknown> {
  return (await fetch(url, { signal: AbortSignal.timeout(10_000) })).json();
}

async function inParallel<T>(items: T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const runner = async (): Promise<void> => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as T, index);
  };
  await Promise.all(Array.from({ length: atOnce }, runner));
}
