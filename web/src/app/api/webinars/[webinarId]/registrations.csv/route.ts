import { recordAudit } from "@rostrum/db";
import { EntityId, RostrumError } from "@rostrum/protocol";
import { respond } from "../../../../../server/handler.ts";
import { ownedWebinar } from "../../../../../server/owned-webinar.ts";
import { registrationsCsv } from "../../../../../server/registrations-csv.ts";
import { services } from "../../../../../server/services.ts";
import { currentUser } from "../../../../../server/session.ts";

type Params = { params: Promise<{ webinarId: string }> };

export function GET(request: Request, { params }: Params): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    const user = await currentUser(shared, request.headers);
    if (!user) throw new RostrumError("session.required", "Please sign in.");
    const id = EntityId.safeParse((await params).webinarId);
    if (!id.success) throw new RostrumError("not-found", "There is no such webinar.");
    const webinar = await ownedWebinar(shared, user, id.data);
    await recordAudit(shared.db, {
      organisationId: user.organisationId,
      actorId: user.id,
      action: "registrations.exported",
      subject: webinar.id,
    });
    return new Response(registrationsCsv(shared, webinar.id), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": `attachment; filename="${webinar.slug}-registrations.csv"`,
        "cache-control": "no-store",
      },
    });
  });
}

export const dynamic = "force-dynamic";
