import { createHmac, timingSafeEqual } from "node:crypto";
import { noteMailClick, noteMailOpen } from "@rostrum/db";
import { EntityId } from "@rostrum/protocol";
import { isPerson } from "../campaign-links.ts";
import type { HttpRequest } from "../held-request.ts";
import type { Services } from "../services.ts";

/** In the address of a link in a mail: which mail, and proof that we put it there. */
export const markName = "m";
export const picturePath = "/m";

const macOf = (root: string, what: string): string =>
  createHmac("sha256", root).update(`mail-mark:${what}`).digest("base64url").slice(0, 22);

type Known = Pick<Services, "config">;

/**
 * A link of a mail's HTML part that tells when it is followed: the same address on our own site, with a mark. Links that
 * lead elsewhere stay as they are.
 */
export function markedLink({ config }: Known, mailId: string, link: string): string {
  const url = URL.parse(link);
  if (!url || url.origin !== new URL(config.PUBLIC_URL).origin) return link;
  url.searchParams.set(markName, `${mailId}.${macOf(config.ROSTRUM_SECRET, `${mailId}:${url.pathname}`)}`);
  return url.href;
}

/** A picture of one point that tells when a mail is opened. */
export const pictureUrl = ({ config }: Known, mailId: string): string =>
  `${config.PUBLIC_URL}${picturePath}/${mailId}.${macOf(config.ROSTRUM_SECRET, `${mailId}:opened`)}.gif`;

function mailOf({ config }: Known, mark: string, what: string): string | undefined {
  const [id = "", mac = ""] = mark.split(".");
  const wanted = Buffer.from(macOf(config.ROSTRUM_SECRET, `${id}:${what}`));
  const given = Buffer.from(mac);
  const isOurs = wanted.length === given.length && timingSafeEqual(wanted, given);
  return isOurs && EntityId.safeParse(id).success ? id : undefined;
}

/** Whether an address may carry a mark. */
export const isMarked = (url: string): boolean => /[?&]m=[0-9a-f-]{36}\./.test(url);

/**
 * Somebody followed a marked link: it is noted, and they go on to the very same page without the mark. Nowhere else: only
 * paths that we signed are answered, anything else is left to whoever serves the page (undefined).
 */
export async function followMark(services: Services, request: HttpRequest): Promise<Response | undefined> {
  const url = new URL(request.url);
  const id = mailOf(services, url.searchParams.get(markName) ?? "", url.pathname);
  if (!id || (request.method !== "GET" && request.method !== "HEAD")) return undefined;
  if (isPerson(request)) await noteMailClick(services.db, { id, at: new Date() });
  url.searchParams.delete(markName);
  const location = `${services.config.PUBLIC_URL}${url.pathname}${url.search}`;
  return new Response(null, { status: 302, headers: { location, "cache-control": "no-store" } });
}

const gif = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64");

/**
 * Providers load pictures themselves, when a mail arrives or when somebody opens it, and nobody can tell which: Gmail, Yahoo,
 * Apple's Mail Privacy Protection (which calls itself `Mozilla/5.0` and nothing else), Microsoft's.
 */
const isProxy = (agent: string): boolean =>
  agent === "" ||
  agent === "Mozilla/5.0" ||
  /GoogleImageProxy|ggpht|YahooMailProxy|BingPreview|Outlook-iOS-Prefetch|mimecast|barracuda/i.test(agent);

/** `/m/{mail}.{proof}.gif`: always a picture, whatever is known. */
export async function handleMailPicture(services: Services, request: HttpRequest): Promise<Response> {
  const name = new URL(request.url).pathname.slice(picturePath.length + 1);
  const id = mailOf(services, name.replace(/\.gif$/, ""), "opened");
  if (id) {
    const proxy = isProxy(request.headers.get("user-agent") ?? "") || !isPerson(request);
    await noteMailOpen(services.db, { id, at: new Date(), proxy });
  }
  return new Response(gif, {
    headers: {
      "content-type": "image/gif",
      "cache-control": "no-store, private",
      "x-content-type-options": "nosniff",
    },
  });
}
