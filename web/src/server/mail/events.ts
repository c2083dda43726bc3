import { createHash, timingSafeEqual } from "node:crypto";
import { noteMailBounce, noteMailDelivered } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { readBytes, respond } from "../handler.ts";
import type { Services } from "../services.ts";
import { signWebhook } from "../webhooks/secret.ts";
import { isHardBounce, readReport, statusIn } from "./bounce.ts";

const maxBytes = 1_000_000;
/** A signature is good this long, s (Standard Webhooks). */
const toleranceSeconds = 300;

const Event = z.object({
  type: z.enum(["delivered", "bounced"]),
  /** The mail's Message-ID, with or without its angle brackets. */
  messageId: z.string().max(300),
  /** For good, as the provider says; without it the status or the code in the reason decides. */
  permanent: z.boolean().optional(),
  reason: z.string().max(2000).default(""),
  at: z.iso.datetime({ offset: true }).optional(),
});
const Body = z.object({ events: z.array(Event).min(1).max(1000) });

const same = (a: string, b: string): boolean => {
  const [left, right] = [a, b].map((text) => createHash("sha256").update(text).digest());
  return left !== undefined && right !== undefined && timingSafeEqual(left, right);
};

/** Throws token.invalid unless it is signed (Standard Webhooks) or, for what a mail server pipes, carries the secret. */
function requireSignature(secret: string, headers: Headers, body: Buffer): void {
  const refused = new RostrumError("token.invalid", "The signature is not valid.");
  const bearer = headers.get("authorization");
  if (bearer) {
    if (!same(bearer, `Bearer ${secret}`)) throw refused;
    return;
  }
  const id = headers.get("webhook-id") ?? "";
  const timestamp = Number(headers.get("webhook-timestamp"));
  if (!id || !(Math.abs(Date.now() / 1000 - timestamp) <= toleranceSeconds)) throw refused;
  const wanted = signWebhook(secret, { id, timestamp, body: body.toString("utf8") });
  if (!(headers.get("webhook-signature") ?? "").split(" ").some((given) => same(given, wanted)))
    throw refused;
}

const mailIdOf = (messageId: string): string | undefined =>
  z.uuid().safeParse(messageId.replace(/^<|>$/g, "").split("@")[0]).data;

/**
 * `POST /api/mail/events`: JSON (`{events: [{type, messageId, permanent?, reason?, at?}]}`), or a delivery status notification
 * as `message/rfc822`. Telling the same again changes nothing; mails that nobody knows are passed over.
 */
export function handleMailEvents(services: Services, request: Request): Promise<Response> {
  return respond(services, async () => {
    const secret = services.config.MAIL_HOOK_SECRET;
    if (!secret) throw new RostrumError("not-found", "Mail events are not taken here.");
    const body = await readBytes(request, maxBytes);
    requireSignature(secret, request.headers, body);
    const isReport = /^message\/rfc822\b/.test(request.headers.get("content-type") ?? "");
    const noted = isReport ? await takeReport(services, body) : await takeEvents(services, body);
    return Response.json({ noted });
  });
}

async function takeReport({ db }: Services, body: Buffer): Promise<number> {
  const report = await readReport(body);
  if (!report) return 0;
  const { mailId: id, hard, reason } = report;
  if (report.outcome === "delivered") await noteMailDelivered(db, { id, at: new Date() });
  else await noteMailBounce(db, { id, at: new Date(), hard, reason });
  return 1;
}

async function takeEvents({ db }: Services, body: Buffer): Promise<number> {
  const parsed = Body.safeParse(tryJson(body.toString("utf8")));
  if (!parsed.success) throw new RostrumError("input.invalid", "Send {events: [{type, messageId}]}.");
  let noted = 0;
  for (const { type, messageId, permanent, reason, at } of parsed.data.events) {
    const id = mailIdOf(messageId);
    if (!id) continue;
    const known = { id, at: at ? new Date(at) : new Date() };
    const hard = permanent ?? isHardBounce({ status: statusIn(reason) });
    if (type === "delivered") await noteMailDelivered(db, known);
    else await noteMailBounce(db, { ...known, hard, reason });
    noted++;
  }
  return noted;
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
