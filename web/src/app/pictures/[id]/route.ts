import { findPicture } from "@rostrum/db";
import { EntityId, RostrumError } from "@rostrum/protocol";
import { respond } from "../../../server/handler.ts";
import { services } from "../../../server/services.ts";

type Params = { params: Promise<{ id: string }> };

/** A picture of a public page, for browsers, mail programs and previews on other sites; it never changes. */
export function GET(request: Request, { params }: Params): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    const id = EntityId.safeParse((await params).id);
    const headers = {
      "cache-control": "public, max-age=31536000, immutable",
      "cross-origin-resource-policy": "cross-origin",
      etag: `"${id.data}"`,
    };
    if (id.success && request.headers.get("if-none-match") === headers.etag)
      return new Response(null, { status: 304, headers });
    const picture = id.success ? await findPicture(shared.db, id.data) : undefined;
    if (!picture) throw new RostrumError("not-found", "There is no such picture.");
    return new Response(Uint8Array.from(picture.bytes), {
      headers: { ...headers, "content-type": picture.contentType, "x-content-type-options": "nosniff" },
    });
  });
}

export const dynamic = "force-dynamic";
