import { recordAudit } from "@rostrum/db";
import { EntityId, RostrumError } from "@rostrum/protocol";
import { ExportWish, openExport } from "./exports/index.ts";
import { respond } from "./handler.ts";
import { ownedWebinar } from "./owned-webinar.ts";
import { limitRate } from "./rate-limit.ts";
import { services } from "./services.ts";
import { currentUser } from "./session.ts";

type Asked = { webinarId: string; kind: string; format: string; params: URLSearchParams };

/** Answer a signed-in host with one of their webinar's files. Every download is noted in the audit log. */
export function download(request: Request, { webinarId, kind, format, params }: Asked): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    const user = await currentUser(shared, request.headers);
    if (!user) throw new RostrumError("session.required", "Please sign in.");
    const id = EntityId.safeParse(webinarId);
    if (!id.success) throw new RostrumError("not-found", "There is no such webinar.");
    const webinar = await ownedWebinar(shared, user, id.data);
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
