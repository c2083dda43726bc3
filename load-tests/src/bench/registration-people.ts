import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { filledIn, type OpenedForm, openForm, type Pass } from "../wire/guard.ts";

const formsAtOnce = 32;

/** One person who registers: the same key again is the same request. */
export type Person = { email: string; name: string; key: string; from: string; form?: Pass };

/**
 * Who registers in a run: an address of the benchmarking network each (RFC 2544), as a proxy in front of web tells it; 512
 * networks in turn, because a crowd of one network has work to do.
 */
export function person(run: string, number: number): Person {
  return {
    email: `${run}-${number}@example.test`,
    name: `Person ${number}`,
    key: randomUUID(),
    from: `198.${18 + ((number >> 8) & 1)}.${number & 0xff}.${(number >> 9) & 0xff}`,
  };
}

class StaleSocket extends Error {}

export type Submitted = { status: number; code: string };

/** Posts registrations over connections that are kept, as a proxy in front of web does it. */
export class Registrar {
  readonly #agent: Agent;
  readonly #url: URL;
  readonly #slug: string;

  constructor(registrationUrl: string, sockets: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: sockets });
    this.#url = new URL("/api/trpc/registration.submit", registrationUrl);
    this.#slug = new URL(registrationUrl).pathname.split("/").at(-1) ?? "";
  }

  /** Everybody opens the form, as a browser does with the page, and takes the time to fill it in. */
  async open(people: Person[]): Promise<Person[]> {
    const opened: OpenedForm[] = [];
    let next = 0;
    const runner = async () => {
      for (let at = next++; at < people.length; at = next++)
        opened[at] = await openForm(this.#url.origin, this.#slug, people[at]?.from);
    };
    await Promise.all(Array.from({ length: formsAtOnce }, runner));
    await filledIn({ openedAt: Math.max(0, ...opened.slice(-formsAtOnce).map(({ openedAt }) => openedAt)) });
    return people.map((who, at) => {
      const form = opened[at]?.pass;
      return form ? { ...who, form } : who;
    });
  }

  /**
   * The answer to one registration. Throws when there was none within 30 s. A connection that web closed because nobody
   * used it, in the moment in which it was used, is no failure: the request goes out again on a new one.
   */
  async submit(who: Person): Promise<Submitted> {
    for (;;) {
      try {
        return await this.#post(who);
      } catch (error) {
        if (!(error instanceof StaleSocket)) throw error;
      }
    }
  }

  #post({ email, name, key, from, form }: Person): Promise<Submitted> {
    const body = JSON.stringify({
      json: {
        slug: this.#slug,
        email,
        name,
        answers: {},
        utm: { utm_source: "bench" },
        idempotencyKey: key,
        guard: form,
      },
    });
    const headers = {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(body),
      "x-forwarded-for": from,
    };
    return new Promise((resolve, reject) => {
      const asked = request(this.#url, { method: "POST", agent: this.#agent, headers }, (response) => {
        response.toArray().then((chunks: Buffer[]) => {
          const status = response.statusCode ?? 0;
          const code = status === 200 ? "" : codeOf(Buffer.concat(chunks).toString());
          resolve({ status, code });
        }, reject);
      });
      asked.setTimeout(30_000, () => asked.destroy(new Error("no answer within 30 s")));
      asked.on("error", (error: NodeJS.ErrnoException) =>
        reject(asked.reusedSocket && error.code === "ECONNRESET" ? new StaleSocket() : error),
      );
      asked.end(body);
    });
  }

  /** As a browser's form does it: no answer, or one that says "later", is asked again under the same key. */
  async persist(who: Person, attempts = 8): Promise<Submitted & { tries: number }> {
    for (let tries = 1; ; tries++) {
      const answer = await this.submit(who).catch((error: Error) => ({ status: 0, code: error.message }));
      if ((answer.status > 0 && answer.status < 500) || tries === attempts) return { ...answer, tries };
      await new Promise((resolve) => setTimeout(resolve, 250 * tries * (0.5 + Math.random())));
    }
  }

  close(): void {
    this.#agent.destroy();
  }
}

const codeOf = (text: string): string => /"code":"([a-z.-]+)"/.exec(text)?.[1] ?? text.slice(0, 80);
