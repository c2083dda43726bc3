import { findEmbedOrigins } from "@rostrum/db";
import { captchaOf } from "./captcha.ts";
import type { Services } from "./services.ts";

/**
 * Sockets and HLS live on other origins (edges, origin, egress), whose addresses are known only at run time: connect-src
 * and media-src therefore allow any host over ws and http; everything else stays with this origin.
 */
const directives = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob: data: http: https:",
  "connect-src 'self' ws: wss: http: https:",
  "worker-src 'self' blob:",
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
].join("; ");

const formPath = /^\/(?:embed\/)?w\//;

/** The same where a form may show the CAPTCHA that is set up. */
function directivesFor(services: Services, url: string): string {
  const sources = formPath.test(url) ? captchaOf(services.config)?.sources.join(" ") : undefined;
  if (!sources) return directives;
  return `${directives
    .replace("script-src 'self' 'unsafe-inline'", `$& ${sources}`)
    .replace("style-src 'self' 'unsafe-inline'", `$& ${sources}`)}; frame-src 'self' ${sources}`;
}

const embedPath = /^\/embed\/w\/([a-z0-9-]{1,120})\/?(?:\?|$)/;

/** The Content-Security-Policy of a page: none may be framed, but a form by the sites that its organisation allows. */
export async function pagePolicy(services: Services, url: string): Promise<string> {
  const slug = embedPath.exec(url)?.[1];
  const origins = slug
    ? await findEmbedOrigins(services.db, slug).catch((error: unknown) => {
        services.log.warn({ err: error, slug }, "who may frame a form cannot be read: nobody");
        return undefined;
      })
    : undefined;
  return `${directivesFor(services, url)}; frame-ancestors ${origins ? ["'self'", ...origins].join(" ") : "'none'"}`;
}
