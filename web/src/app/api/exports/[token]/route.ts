import { openLink } from "../../../../server/deliveries/link.ts";
import { respond } from "../../../../server/handler.ts";
import { services } from "../../../../server/services.ts";

type Params = { params: Promise<{ token: string }> };

/** A file of a scheduled delivery, for the program that was told the link. */
export function GET(_request: Request, { params }: Params): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    const file = await openLink(shared, (await params).token);
    return new Response(file.body, {
      headers: {
        "content-type": file.type,
        "content-disposition": `attachment; filename="${file.filename}"`,
        "cache-control": "no-store",
      },
    });
  });
}

export const dynamic = "force-dynamic";
