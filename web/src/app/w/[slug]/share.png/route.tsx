import { RostrumError } from "@rostrum/protocol";
import { respond } from "../../../../server/handler.ts";
import { services } from "../../../../server/services.ts";
import { sharePicture } from "../../../../server/share-picture.tsx";
import { publicWebinar } from "../../../../server/use-cases/public-page.ts";

type Params = { params: Promise<{ slug: string }> };

/** The picture beside a shared link: 1200 x 630, what Open Graph readers expect. */
export function GET(_request: Request, { params }: Params): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    const webinar = await publicWebinar(shared, (await params).slug);
    if (!webinar) throw new RostrumError("not-found", "There is no such webinar.");
    const picture = await sharePicture(shared, webinar);
    return new Response(Uint8Array.from(picture), {
      headers: { "content-type": "image/png", "cache-control": "public, max-age=300" },
    });
  });
}

export const dynamic = "force-dynamic";
