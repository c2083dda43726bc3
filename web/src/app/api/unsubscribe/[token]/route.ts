import { unsubscribe } from "@rostrum/db";
import { respond } from "../../../../server/handler.ts";
import { services } from "../../../../server/services.ts";
import { readUnsubscribeToken } from "../../../../server/unsubscribe.ts";

type Params = { params: Promise<{ token: string }> };

/**
 * One-click unsubscribe (RFC 8058 §3.2): mail programs post here with neither cookie nor origin, and the link alone is the
 * proof. The same answer however often it comes. GET changes nothing: scanners open every link of a mail.
 */
export function POST(_request: Request, { params }: Params): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    await unsubscribe(shared.db, readUnsubscribeToken(shared, (await params).token));
    return Response.json({ unsubscribed: true }, { headers: { "cache-control": "no-store" } });
  });
}

export const dynamic = "force-dynamic";
