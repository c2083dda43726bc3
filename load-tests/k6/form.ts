/**
 * A registration form as a browser handles it: opened, filled in for two seconds, sent; when web asks for work first, as it
 * does in a crowd of one address, done and sent again.
 */
import { sleep } from "k6";
import { sha256 } from "k6/crypto";
import http, { type Params, type RefinedResponse, type ResponseType } from "k6/http";

type Answer = RefinedResponse<ResponseType | undefined>;
type Ticket = { ticket: string; seed: string; bits: number };
type Pass = { ticket: string; work?: number };

/** Nobody fills in a form faster, s. */
const readingS = 2.2;
/** Work that is asked for first is an answer too, not a failure. */
const expected = http.expectedStatuses(200, 400);

function zeroBits(text: string): number {
  let bits = 0;
  for (const byte of new Uint8Array(sha256(text, "binary"))) {
    if (byte !== 0) return bits + Math.clz32(byte) - 24;
    bits += 8;
  }
  return bits;
}

function passOf({ ticket, seed, bits }: Ticket): Pass {
  if (bits === 0) return { ticket };
  for (let work = 0; ; work++) if (zeroBits(`${seed}.${work}`) >= bits) return { ticket, work };
}

/** Register; `params` carries the headers of whoever it is, and the tags of the request that counts. */
export function register(web: string, input: { slug: string }, params: Params): Answer {
  const post = (procedure: string, json: unknown, more: Params): Answer =>
    http.post(`${web}/api/trpc/${procedure}`, JSON.stringify({ json }), { ...params, ...more });
  const open = (hard: boolean): Pass => {
    const opened = post(
      "registration.open",
      { slug: input.slug, hard },
      { tags: { kind: "open", name: "open" } },
    );
    return passOf(opened.json("result.data.json") as unknown as Ticket);
  };
  const pass = open(false);
  sleep(readingS);
  const first = post("registration.submit", { ...input, guard: pass }, { responseCallback: expected });
  if (first.json("error.json.data.rostrum.code") !== "challenge.required") return first;
  return post("registration.submit", { ...input, guard: open(true) }, {});
}
