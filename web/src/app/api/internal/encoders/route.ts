import { EncoderWish, RostrumError } from "@rostrum/protocol";
import { readBody, requireNode, respond } from "../../../../server/handler.ts";
import { services } from "../../../../server/services.ts";
import { admitEncoder } from "../../../../server/use-cases/encoders.ts";

/** A media node was shown a stream key: whose is it? Answers an `EncoderPass`. */
export function POST(request: Request): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    await requireNode(shared, request);
    const wish = EncoderWish.safeParse(
      await readBody(request)
        .then(JSON.parse)
        .catch(() => undefined),
    );
    if (!wish.success) throw new RostrumError("token.invalid", "The stream key is not valid.");
    return Response.json(await admitEncoder(shared, wish.data.key), {
      headers: { "cache-control": "no-store" },
    });
  });
}

export const dynamic = "force-dynamic";
