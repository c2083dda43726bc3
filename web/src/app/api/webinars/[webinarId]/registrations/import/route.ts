import { recordAudit } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { readBody, requireSameSite, respond } from "../../../../../../server/handler.ts";
import { requireHost } from "../../../../../../server/host-route.ts";
import { limitRate } from "../../../../../../server/rate-limit.ts";
import { services } from "../../../../../../server/services.ts";
import { importBytes, importCsv } from "../../../../../../server/use-cases/import-registrations.ts";

type Params = { params: Promise<{ webinarId: string }> };

/** Register a list of people: a CSV as the body (`text/csv`), `?dryRun=1` to be told what would happen. */
export function POST(request: Request, { params }: Params): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    requireSameSite(shared, request);
    const { user, webinar } = await requireHost(shared, request, {
      route: "POST /api/webinars/[webinarId]/registrations/import",
      webinarId: (await params).webinarId,
    });
    if (!request.headers.get("content-type")?.startsWith("text/csv"))
      throw new RostrumError("message.malformed", "Send the file as text/csv.");
    await limitRate(shared, `import:${user.id}`, { limit: 20, windowMs: 60_000 });
    const flags = new URL(request.url).searchParams;
    const order = { dryRun: flags.get("dryRun") === "1", skipFaulty: flags.get("skipFaulty") === "1" };
    const report = await importCsv(shared, webinar, { text: await readBody(request, importBytes), ...order });
    if (report.done)
      await recordAudit(shared.db, {
        organisationId: user.organisationId,
        actorId: user.id,
        action: "registrations.imported",
        subject: webinar.id,
        details: { registered: report.registered, waitlisted: report.waitlisted },
      });
    return Response.json(report, { headers: { "cache-control": "no-store" } });
  });
}

export const dynamic = "force-dynamic";
