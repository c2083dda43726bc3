import { RostrumError, WebinarId } from "@rostrum/protocol";
import { requireNode, respond } from "../../../../../../server/handler.ts";
import { services } from "../../../../../../server/services.ts";
import { roomSnapshot } from "../../../../../../server/use-cases/room-snapshot.ts";

type Params = { params: Promise<{ webinarId: string }> };

export function GET(request: Request, { params }: Params): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    await requireNode(shared, request);
    const webinarId = WebinarId.safeParse((await params).webinarId);
    if (!webinarId.success) throw new RostrumError("not-found", "There is no such webinar.");
    return Response.json(await roomSnapshot(shared, webinarId.data), {
      headers: { "cache-control": "no-store" },
    });
  });
}

export const dynamic = "force-dynamic";
