import { recordAudit } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { ExportWish, openExport } from "./exports/index.ts";
import { respond } from "./handler.ts";
import { requireHost } from "./host-route.ts";
import type { HostRoute } from "./permissions.ts";
import { limitRate } from "./rate-limit.ts";
import { services } from "./services.ts";

type Asked = { route: HostRoute; webinarId: string; kind: string; format: string; params: URLSearchParams };

/** Answer a signed-in host with one of their webinar's files. Every download is noted in the audit log. */
export function download(
  request: Request,
  { route, webinarId, kind, format, params }: Asked,
): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    const { user, webinar } = await requireHost(shared, request, { route, webinarId });
    const wish = ExportWish.safeParse({ ...Object.fromEntries(params), kind, format });
    if (!wish.success) {
      const [issue] = wish.error.issues;
      const field =
        issue?.path.join(".") || (issue?.code === "unrecognized_keys" ? (issue.keys[0] ?? "") : "");
      throw new RostrumError("input.invalid", issue?.message ?? "There is no such export.", { field });
    }
    await limitRate(shared, `export:${user.id}`, { limit: 60, windowMs: 60_000 });
    const file = await openExport(shared, webinar, wish.data);
    await recordAudit(shared.db, {
      organisationId: user.organisationId,
      actorId: user.id,
      action: `${wish.data.kind}.exported`,
      subject: webinar.id,
      details: { format: wish.data.format, layout: wish.data.layout },
    });
    return new Response(file.body, {
      headers: {
        "content-type": file.type,
        "content-disposition": `attachment; filename="${file.filename}"`,
        "cache-control": "no-store",
      },
    });
  });
}
