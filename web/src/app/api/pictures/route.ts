import { insertPicture } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { readBytes, requireSameSite, respond } from "../../../server/handler.ts";
import { requireMember } from "../../../server/host-route.ts";
import { encodePicture, pictureBytes } from "../../../server/pictures.ts";
import { limitRate } from "../../../server/rate-limit.ts";
import { services } from "../../../server/services.ts";
import { pictureUrl } from "../../../server/use-cases/public-page.ts";

const Kind = z.enum(["logo", "cover", "portrait"]);

/** Upload a picture as the body, `?kind=logo|cover|portrait`: encoded anew for what it is for. */
export function POST(request: Request): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    requireSameSite(shared, request);
    const user = await requireMember(shared, request, "POST /api/pictures");
    const kind = Kind.safeParse(new URL(request.url).searchParams.get("kind"));
    if (!kind.success)
      throw new RostrumError("input.invalid", "Say what the picture is for.", { field: "kind" });
    await limitRate(shared, `picture:${user.id}`, { limit: 60, windowMs: 60_000 });
    const picture = await encodePicture(kind.data, await readBytes(request, pictureBytes));
    const { id } = await insertPicture(shared.db, {
      organisationId: user.organisationId,
      kind: kind.data,
      ...picture,
    });
    return Response.json(
      { id, url: pictureUrl(id), width: picture.width, height: picture.height },
      { status: 201, headers: { "cache-control": "no-store" } },
    );
  });
}

export const dynamic = "force-dynamic";
