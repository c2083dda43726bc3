import { createHash, createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { RostrumError } from "@rostrum/protocol";
import { leadingZeroBits, workBits, workGrace, workLimits, workText } from "@rostrum/rules";
import { z } from "zod";
import { type CaptchaNotice, captchaOf } from "./captcha.ts";
import { callerNetworks, clientAddress } from "./client-address.ts";
import { countRate, limitRate, uncountRate } from "./rate-limit.ts";
import type { Services } from "./services.ts";

/**
 * Telling people from programs where anybody may register, without a third party: how long a form was open, a field that
 * nobody sees, how many come from the same address and network. Nothing of it refuses anybody: what is not as with people
 * costs work, which the browser does by itself while its owner notices nothing (docs/decisions/018).
 */
const minuteMs = 60_000;
/** Nobody reads a form and fills it in faster, ms. */
const quickestMs = 2000;
/** A form may stay open for so long, ms. */
const openMs = 24 * 3600_000;
/** Registrations that one opened form is good for: for a colleague too. */
const perForm = 3;
/** Registrations per minute that are refused beyond, whatever work they bring. */
const hardLimits = { subscriber: 600, network: 6000 } as const;

const Ticket = z.strictObject({
  slug: z.string(),
  at: z.number().int(),
  bits: z.number().int().min(0).max(32),
});
type Ticket = z.infer<typeof Ticket>;

const sign = ({ config }: Pick<Services, "config">, text: string): string =>
  createHmac("sha256", config.ROSTRUM_SECRET).update(`guard:${text}`).digest("base64url");

/** A ticket of a form that is opened now, and what its seed is worth in work. */
export function issueTicket(services: Pick<Services, "config">, ticket: Ticket): string {
  const body = Buffer.from(JSON.stringify({ ...ticket, nonce: randomBytes(9).toString("base64url") }));
  const text = body.toString("base64url");
  return `${text}.${sign(services, text)}`;
}

/** The ticket with its seed; undefined for what we did not issue. */
function readTicket(services: Services, token: string): (Ticket & { seed: string }) | undefined {
  const [text = "", seed = ""] = token.split(".");
  const expected = Buffer.from(sign(services, text));
  const given = Buffer.from(seed);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
  const { nonce: _nonce, ...rest } = JSON.parse(Buffer.from(text, "base64url").toString()) as {
    nonce: string;
  };
  const ticket = Ticket.safeParse(rest);
  return ticket.success ? { ...ticket.data, seed } : undefined;
}

const isSolved = (seed: string, bits: number, count: number | undefined): boolean =>
  count !== undefined && leadingZeroBits(createHash("sha256").update(workText(seed, count)).digest()) >= bits;

/** What a form sends along. */
export const guardInput = z
  .strictObject({
    ticket: z.string().max(400),
    /** The count that solves the work. */
    work: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
    /** A field that nobody sees. */
    website: z.string().max(500).default(""),
    captcha: z.string().max(8000).optional(),
  })
  .optional();
export type GuardInput = z.infer<typeof guardInput>;

type Caller = { services: Services; headers: Headers };
export type Opened = { ticket: string; seed: string; bits: number; captcha: CaptchaNotice | null };

/** A form is opened: its ticket, and the work that is due already. `hard`: it was asked for, after a refusal. */
export async function openForm(
  { services, headers }: Caller,
  { slug, hard }: { slug: string; hard: boolean },
): Promise<Opened> {
  const { subscriber, network } = callerNetworks(clientAddress(headers));
  await limitRate(services, `open-form:${subscriber}`, { limit: 1200, windowMs: minuteMs });
  const [own, near] = await Promise.all([
    countRate(services, `register:${subscriber}`, minuteMs, 0),
    countRate(services, `register-near:${network}`, minuteMs, 0),
  ]);
  const bits = workBits({ address: own.count + 1, network: near.count + 1, suspicious: hard });
  const ticket = issueTicket(services, { slug, at: Date.now(), bits });
  return {
    ticket,
    seed: ticket.split(".")[1] ?? "",
    bits,
    captcha: captchaOf(services.config)?.notice ?? null,
  };
}

const challenge = (field?: "captcha"): RostrumError =>
  new RostrumError(
    "challenge.required",
    field
      ? "Please show that you are not a program, then register again."
      : "One moment: your browser has to do a little work first. Please register again.",
    field ? { field: `guard.${field}` } : {},
  );

/**
 * Let a registration through `register`, or ask for work or a CAPTCHA first. Throws challenge.required, rate.limited, and
 * what `register` throws.
 */
export async function guarded<T>(
  { services, headers }: Caller,
  { slug, guard }: { slug: string; guard: GuardInput },
  register: () => Promise<T>,
): Promise<T> {
  const address = clientAddress(headers);
  const { subscriber, network } = callerNetworks(address);
  const ticket = guard && readTicket(services, guard.ticket);
  const used = `form:${ticket?.seed ?? ""}`;
  const [own, near, form] = await Promise.all([
    countRate(services, `register:${subscriber}`, minuteMs),
    countRate(services, `register-near:${network}`, minuteMs),
    ticket ? countRate(services, used, openMs) : { count: 0 },
  ]);
  if (own.count > hardLimits.subscriber || near.count > hardLimits.network)
    throw new RostrumError("rate.limited", "Too many attempts. Please wait a minute and try again.");
  try {
    const age = ticket ? Date.now() - ticket.at : Number.POSITIVE_INFINITY;
    const valid = ticket?.slug === slug && age <= openMs && form.count <= perForm;
    const solved = valid && ticket.bits > 0 && isSolved(ticket.seed, ticket.bits, guard?.work);
    const undone = valid && ticket.bits > 0 && !solved;
    const suspicious = !valid || undone || age < quickestMs || (guard?.website ?? "") !== "";
    await requireCaptcha(services, { suspicious, solved, answer: guard?.captcha, address });
    const due = workBits({ address: own.count, network: near.count, suspicious });
    const enough = solved && ticket.bits >= Math.max(workLimits.least, due - workGrace);
    if (due > 0 && !enough) throw challenge();
    return await register();
  } catch (error) {
    // Whatever it came to, it was no registration: the form is as good as before.
    if (ticket) await uncountRate(services, used);
    throw error;
  }
}

type Asked = { suspicious: boolean; solved: boolean; answer: string | undefined; address: string };

/** Nothing where no CAPTCHA is set up; while its provider is away, work does instead. */
async function requireCaptcha(
  { config, log }: Services,
  { suspicious, solved, answer, address }: Asked,
): Promise<void> {
  const captcha = captchaOf(config);
  if (!captcha || (captcha.notice.when === "suspicious" && !suspicious)) return;
  if (!answer) throw challenge("captcha");
  const verdict = await captcha.verify(answer, address);
  if (verdict === "no") throw challenge("captcha");
  if (verdict === "unavailable") {
    log.warn("the CAPTCHA's provider does not answer; work is asked instead");
    if (!solved) throw challenge();
  }
}
