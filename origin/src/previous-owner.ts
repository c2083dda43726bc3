import { type HttpServer, type LeaseHolder, sendJson, type Tokens } from "@rostrum/platform";
import { RostrumError } from "@rostrum/protocol";
import { z } from "zod";

/** A node that is there answers within this, ms; one that does not is taken at its lease's word. */
const answerMs = 500;

const Ownership = z.object({ fencing: z.number() });

/** `owner`: it says it still has the stage. `gone`: it runs no more, or without the stage. `silent`: nobody knows. */
export type PreviousOwner = "owner" | "gone" | "silent";

/**
 * Ask whoever had a lease last. A lease only says who may act; what a taker must know is whether the other still does:
 * one whose process is gone need not be waited for, and one that lives but cannot reach Redis must not be doubled.
 */
export async function askPreviousOwner(
  last: LeaseHolder,
  options: { webinarId: string; credential: string },
): Promise<PreviousOwner> {
  if (!last.address) return "silent";
  try {
    const response = await fetch(`${last.address}/stages/${options.webinarId}`, {
      headers: { authorization: `Bearer ${options.credential}` },
      signal: AbortSignal.timeout(answerMs),
    });
    if (response.status === 404) return "gone";
    if (!response.ok) return "silent";
    return Ownership.parse(await response.json()).fencing === last.fencing ? "owner" : "gone";
  } catch (error) {
    return refused(error) ? "gone" : "silent";
  }
}

/** The machine answered that nobody listens on that port: the process is not there. */
function refused(error: unknown): boolean {
  const cause = error instanceof Error ? (error.cause as { code?: string } | undefined) : undefined;
  return cause?.code === "ECONNREFUSED";
}

/** `GET /stages/:webinarId` for other nodes: 200 with the fencing number while the stage is here, else 404. */
export function serveOwnership(options: {
  http: HttpServer;
  tokens: Tokens;
  fencingOf: (webinarId: string) => number | undefined;
}): void {
  const { http, tokens, fencingOf } = options;
  http.route("GET", "/stages/:webinarId", async ({ request, response, params }) => {
    const [, credential = ""] = /^Bearer (.+)$/.exec(request.headers.authorization ?? "") ?? [];
    await tokens.verifyNode(credential);
    const fencing = fencingOf(params.webinarId ?? "");
    if (fencing === undefined) throw new RostrumError("not-found", "This origin does not have that stage.");
    sendJson(response, 200, { fencing });
  });
}
