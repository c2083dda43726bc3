import { callTrpc, rawTrpc } from "../wire/api.ts";

type Site = { web: string; inbox: string };

/** A host signed in over the API, as a browser would be. */
export class Host {
  readonly #site: Site;
  /** The session, for what is no API call: a download. */
  readonly cookie: string;

  private constructor(site: Site, cookie: string) {
    this.#site = site;
    this.cookie = cookie;
  }

  /** Ask for a sign-in link, read it in the mail, use it. */
  static async signIn(site: Site, email: string): Promise<Host> {
    await callTrpc(site.web, "auth.requestLink", { email });
    const link = await mailedLink(site, email, "/auth/");
    const response = await fetch(`${site.web}/api/auth/consume`, {
      method: "POST",
      redirect: "manual",
      headers: { origin: site.web, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ token: new URL(link).pathname.split("/").at(-1) ?? "" }),
    });
    const cookie = response.headers.get("set-cookie")?.split(";")[0];
    if (!cookie) throw new Error(`the host could not sign in: HTTP ${response.status}`);
    return new Host(site, cookie);
  }

  async call(procedure: string, input: unknown): Promise<unknown> {
    return this.#read(procedure, await callTrpc(this.#site.web, procedure, input, { cookie: this.cookie }));
  }

  #read(procedure: string, { data, error }: { data?: unknown; error?: { message: string } }): unknown {
    if (error) throw new Error(`${procedure}: ${error.message}`);
    return data;
  }

  /** A webinar that starts now. */
  async schedule(title: string, seats: number): Promise<{ id: string; registrationUrl: string }> {
    const input = { title, startsAt: new Date(), durationMinutes: 120, timeZone: "UTC", seats };
    // superjson's note of which values are dates.
    const body = JSON.stringify({ json: input, meta: { values: { startsAt: ["Date"] } } });
    const answer = await rawTrpc(this.#site.web, "webinar.create", body, { cookie: this.cookie });
    return this.#read("webinar.create", answer) as { id: string; registrationUrl: string };
  }

  /** Invite somebody to the stage; their personal link as the mail gives it. */
  async invite(webinarId: string, person: { name: string; email: string }): Promise<string> {
    await this.call("webinar.invitePanelist", { id: webinarId, ...person });
    return mailedLink(this.#site, person.email, "/p/");
  }
}

/** The newest link of a kind that was mailed to an address. */
async function mailedLink(site: Site, email: string, path: string): Promise<string> {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const query = `to=${encodeURIComponent(email)}`;
    const [mail] = (await json(`${site.inbox}/api/messages?${query}`)) as { id: string }[];
    if (mail) {
      const { links } = (await json(`${site.inbox}/api/messages/${mail.id}`)) as { links: string[] };
      const link = links.find((candidate) => new URL(candidate).pathname.startsWith(path));
      if (link) return link;
    }
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`no ${path} link came for ${email}`);
}

async function json(url: string): Promise<unknown> {
  return (await fetch(url, { signal: AbortSignal.timeout(10_000) })).json();
}
