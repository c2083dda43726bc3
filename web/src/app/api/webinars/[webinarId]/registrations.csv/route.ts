import { download } from "../../../../../server/download.ts";

type Params = { params: Promise<{ webinarId: string }> };

/** Everybody who registered and how they attended, in the tidy layout. */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  const { webinarId } = await params;
  return download(request, {
    route: "GET /api/webinars/[webinarId]/registrations.csv",
    webinarId,
    kind: "attendance",
    format: "csv",
    params: new URLSearchParams(),
  });
}

export const dynamic = "force-dynamic";
