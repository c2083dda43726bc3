import { download } from "../../../../../../server/download.ts";

type Params = { params: Promise<{ webinarId: string; file: string }> };

/** `/api/webinars/{id}/exports/{kind}.{format}?layout=zoom&bom=1` */
export async function GET(request: Request, { params }: Params): Promise<Response> {
  const { webinarId, file } = await params;
  const [kind = "", format = "", ...rest] = file.split(".");
  return download(request, {
    route: "GET /api/webinars/[webinarId]/exports/[file]",
    webinarId,
    kind: rest.length > 0 ? file : kind,
    format,
    params: new URL(request.url).searchParams,
  });
}

export const dynamic = "force-dynamic";
