import { createHmac, randomInt } from "node:crypto";
import { countLinkVisit, findCampaignLink } from "@rostrum/db";
import { isbot } from "isbot";
import { clientAddress } from "./client-address.ts";
import type { HttpRequest } from "./held-request.ts";
import type { Services } from "./services.ts";

export const linkPath = "/l";
const daySeconds = 24 * 3600;
/** Without 0, 1, i, l, o: codes are read aloud and typed. */
const letters = "abcdefghjkmnpqrstuvwxyz23456789";

export const newCode = (): string =>
  Array.from({ length: 7 }, () => letters[randomInt(letters.length)]).join("");

/**
 * `/l/{code}`: on to the registration page, with the campaign in its address. What somebody put behind the code goes
 * along and wins. The referrer is left as it is: the browser hands it on to the page.
 */
export async function handleLink(services: Services, request: HttpRequest): Promise<Response> {
  const url = new URL(request.url);
  const code = url.pathname.slice(linkPath.length + 1);
  const link = /^[a-z0-9]{1,20}$/.test(code) ? await findCampaignLink(services.db, code) : undefined;
  if (!link || (request.method !== "GET" && request.method !== "HEAD"))
    return new Response("There is no such link.", {
      status: 404,
      headers: { "content-type": "text/plain; charset=utf-8" },
    });
  if (isPerson(request) && (await isFirstToday(services, request, code)))
    await countLinkVisit(services.db, link.id, new Date());
  const params = new URLSearchParams({ ...link.utm, ...Object.fromEntries(url.searchParams), utm_id: code });
  const location = `${services.config.PUBLIC_URL}/w/${link.slug}?${params}`;
  return new Response(null, { status: 302, headers: { location, "cache-control": "no-store" } });
}

/** Not a robot, a mail scanner or link preview, nor a browser that only looks ahead. */
export function isPerson({ method, headers }: HttpRequest): boolean {
  const purpose = `${headers.get("sec-purpose") ?? ""} ${headers.get("purpose") ?? ""} ${headers.get("x-moz") ?? ""}`;
  const agent = headers.get("user-agent") ?? "";
  return method === "GET" && agent !== "" && !isbot(agent) && !/prefetch|preview/i.test(purpose);
}

/** The same browser at the same address counts once a day. Who it is cannot be told from what is kept, for a day. */
async function isFirstToday(services: Services, request: HttpRequest, code: string): Promise<boolean> {
  const day = new Date().toISOString().slice(0, 10);
  const who = createHmac("sha256", services.config.ROSTRUM_SECRET)
    .update(`link visit ${day} ${clientAddress(request.headers)} ${request.headers.get("user-agent") ?? ""}`)
    .digest("base64url");
  const first = await services.redis
    .set(`link-visit:${code}:${who}`, "1", "EX", daySeconds, "NX")
    .catch(() => "OK");
  return first === "OK";
}
