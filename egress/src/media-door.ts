import type { ServerResponse } from "node:http";
import type { HttpContext, HttpServer, Tokens } from "@rostrum/platform";
import { RostrumError } from "@rostrum/protocol";

/** How long an answer may be kept, and by whom. */
export type Pass = {
  /** The address itself opens: what is answered is the same for all who have it. Otherwise a cookie does. */
  shared: boolean;
  /** Until the access ends. */
  secondsLeft: number;
};

type DoorOptions = {
  tokens: Tokens;
  /** Origin of the pages that may play. */
  webPublicUrl: string;
  /** Where this node is reached: cookies need `Secure` there, or cannot have it. */
  publicUrl: string;
};

/** Stands where the access stands in an address, for players that cannot change it: their access is the cookie's. */
const mine = "mine";
const cookieName = "rostrum_hls";
/** Addresses known to be good; more than a node's programmes have at a time. */
const rememberedAccesses = 1000;

/**
 * Who may have media (decision 017). The access is part of the address, the same for all who watch and short-lived; web
 * gives the next one to those who still may. A browser's own player keeps its address: `{subject}/mine/...`, and the page
 * brings it the access as a cookie, by `{subject}/{access}/enter`.
 */
export class MediaDoor {
  readonly #options: DoorOptions;
  readonly #corsOrigin: string;
  readonly #good = new Set<string>();

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#corsOrigin = new URL(options.webPublicUrl).origin;
  }

  /** Answers to other origins than the page's cannot be read. */
  cors(response: ServerResponse): void {
    response.setHeader("access-control-allow-origin", this.#corsOrigin);
    response.setHeader("access-control-expose-headers", "age, content-length, content-range, date");
    response.setHeader("timing-allow-origin", this.#corsOrigin);
    response.setHeader("x-content-type-options", "nosniff");
  }

  preflight(response: ServerResponse): void {
    this.cors(response);
    response.setHeader("access-control-allow-headers", "range");
    response.setHeader("access-control-max-age", "86400");
    response.writeHead(204).end();
  }

  /**
   * Lets a request in, by the access in its address or by its cookie.
   *
   * @param subject what the access is signed for
   * @throws RostrumError permission.denied
   */
  open({ params, request, response }: HttpContext, subject: string): Pass {
    // Before the check: a player must be able to read a refusal.
    this.cors(response);
    const shared = params.access !== mine;
    const access = shared ? (params.access ?? "") : cookieOf(request.headers.cookie);
    const now = Date.now();
    if (!this.#opens(subject, access, now))
      throw new RostrumError("permission.denied", "This address is not valid, or not any more.");
    const secondsLeft = Math.max(0, Number.parseInt(access, 10) - Math.floor(now / 1000));
    const pass = { shared, secondsLeft };
    passes.set(response, pass);
    return pass;
  }

  /** `GET {base}/:access/enter`: the access becomes this browser's cookie; with `mine`, tells whether it has come. */
  routeEnter(http: HttpServer, base: string, subjectOf: (params: Record<string, string>) => string): void {
    http.route("GET", `${base}/:access/enter`, (context) => {
      const { response, url, params } = context;
      const pass = this.open(context, subjectOf(params));
      response.setHeader("access-control-allow-credentials", "true");
      response.setHeader("cache-control", "no-store");
      if (pass.shared) {
        const path = url.pathname.replace(/[^/]+\/enter$/, "");
        const secure = this.#options.publicUrl.startsWith("https:");
        // In another site's page browsers keep it only for that page.
        const where = secure ? "SameSite=None; Secure; Partitioned" : "SameSite=Lax";
        response.setHeader(
          "set-cookie",
          `${cookieName}=${params.access}; Path=${path}; Max-Age=${pass.secondsLeft}; HttpOnly; ${where}`,
        );
      }
      response.writeHead(204).end();
    });
  }

  /** The signature is checked once for all who share the address, the time each time. */
  #opens(subject: string, access: string, now: number): boolean {
    const key = `${subject}/${access}`;
    if (this.#good.has(key)) return Number.parseInt(access, 10) * 1000 > now;
    if (!this.#options.tokens.verifyHlsAccess(subject, access, now)) return false;
    if (this.#good.size >= rememberedAccesses) this.#good.clear();
    this.#good.add(key);
    return true;
  }
}

/** By which pass an answer's request came in. */
const passes = new WeakMap<ServerResponse, Pass>();

/** `cache-control` of an answer: no longer than its address opens, and for nobody else when a cookie opened it. */
export function cacheWithin(response: ServerResponse, cache: string): string {
  const pass = passes.get(response);
  if (!pass) return "no-store";
  const bounded = cache.replace(
    /max-age=(\d+)/,
    (_, age) => `max-age=${Math.min(Number(age), pass.secondsLeft)}`,
  );
  return pass.shared ? bounded : bounded.replace("public", "private");
}

function cookieOf(header: string | undefined): string {
  const found = header?.split(";").find((pair) => pair.trim().startsWith(`${cookieName}=`));
  return found?.slice(found.indexOf("=") + 1).trim() ?? "";
}
