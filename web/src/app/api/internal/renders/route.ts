import { RendersTold, RostrumError } from "@rostrum/protocol";
import { readBody, requireNode, respond } from "../../../../server/handler.ts";
import { services } from "../../../../server/services.ts";
import { exchangeRenders } from "../../../../server/use-cases/renders.ts";

/** A media node tells how the recordings stand that it makes in other layouts, and asks for more. Answers `RendersWanted`. */
export function POST(request: Request): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    const { nodeId } = await requireNode(shared, request);
    const told = RendersTold.safeParse(
      await readBody(request)
        .then(JSON.parse)
        .catch(() => undefined),
    );
    if (!told.success) throw new RostrumError("input.invalid", "The list is not well formed.");
    return Response.json(await exchangeRenders(shared, nodeId, told.data));
  });
}

export const dynamic = "force-dynamic";
