import { RostrumError } from "@rostrum/protocol";
import { readBody, requireSameSite } from "../../../../server/handler.ts";
import { services } from "../../../../server/services.ts";
import { consumeSignInLink } from "../../../../server/use-cases/sign-in.ts";

/** The button behind a mailed link posts here: following the link alone, as mail scanners do, uses nothing up. */
export async function POST(request: Request): Promise<Response> {
  const shared = services();
  const to = (path: string, headers: Record<string, string> = {}) =>
    new Response(null, {
      status: 303,
      headers: { location: `${shared.config.PUBLIC_URL}${path}`, ...headers },
    });
  try {
    requireSameSite(shared, request);
    const token = new URLSearchParams(await readBody(request, 4096)).get("token") ?? "";
    const { cookie, next } = await consumeSignInLink(shared, token);
    return to(next, { "set-cookie": cookie });
  } catch (error) {
    if (!(error instanceof RostrumError)) shared.log.error({ err: error }, "sign-in failed");
    return to("/sign-in?fault=link");
  }
}

export const dynamic = "force-dynamic";
