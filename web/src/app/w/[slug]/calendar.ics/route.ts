import { findWebinarBySlug } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { respond } from "../../../../server/handler.ts";
import { publishedEntry } from "../../../../server/mail/calendar.ts";
import { services } from "../../../../server/services.ts";

type Params = { params: Promise<{ slug: string }> };

/** The date for a calendar, for whoever opens the page: without anybody's personal link. */
export function GET(_request: Request, { params }: Params): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    const webinar = await findWebinarBySlug(shared.db, (await params).slug);
    if (!webinar || webinar.phase === "draft")
      throw new RostrumError("not-found", "There is no such webinar.");
    return new Response(publishedEntry(webinar, `${shared.config.PUBLIC_URL}/w/${webinar.slug}`), {
      headers: {
        "content-type": "text/calendar; charset=utf-8; method=PUBLISH",
        "content-disposition": 'attachment; filename="webinar.ics"',
        "cache-control": "no-store",
      },
    });
  });
}

export const dynamic = "force-dynamic";
