import { RostrumError } from "@rostrum/protocol";
import { readBody, requireSameSite, respond } from "../../../../../../server/handler.ts";
import { requireHost } from "../../../../../../server/host-route.ts";
import { limitRate } from "../../../../../../server/rate-limit.ts";
import { services } from "../../../../../../server/services.ts";
import { captionFile, takeCaptionFile } from "../../../../../../server/use-cases/captions.ts";

type Params = { params: Promise<{ webinarId: string; file: string }> };
const formats = { "captions.vtt": "vtt", "captions.srt": "srt" } as const;
const types = { vtt: "text/vtt; charset=utf-8", srt: "application/x-subrip; charset=utf-8" } as const;
/** Hours of talk. */
const fileBytes = 5_000_000;

const address = "/api/webinars/[webinarId]/captions/[file]";

async function open(request: Request, params: Params["params"], method: "GET" | "PUT") {
  const shared = services();
  const { webinarId, file } = await params;
  const host = await requireHost(shared, request, { route: `${method} ${address}`, webinarId });
  const format = formats[file as keyof typeof formats];
  if (!format) throw new RostrumError("not-found", "There is no such file.");
  return { shared, format, ...host };
}

/** The recording's captions as `captions.vtt` or `captions.srt`. */
export function GET(request: Request, { params }: Params): Promise<Response> {
  return respond(services(), async () => {
    const { shared, webinar, format } = await open(request, params, "GET");
    return new Response(await captionFile(shared, webinar, format), {
      headers: {
        "content-type": types[format],
        "content-disposition": `attachment; filename="${webinar.slug}.${format}"`,
        "cache-control": "no-store",
      },
    });
  });
}

/** Other captions instead, WebVTT or SRT as the body. */
export function PUT(request: Request, { params }: Params): Promise<Response> {
  return respond(services(), async () => {
    requireSameSite(services(), request);
    const { shared, user, webinar } = await open(request, params, "PUT");
    await limitRate(shared, `captions-file:${user.id}`, { limit: 30, windowMs: 60_000 });
    const text = await readBody(request, fileBytes);
    return Response.json(await takeCaptionFile(shared, { user, webinar }, text));
  });
}

export const dynamic = "force-dynamic";
