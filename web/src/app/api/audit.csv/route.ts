import { recordAudit } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { AuditFilter, auditRows } from "../../../server/audit.ts";
import { asStream, csvLines, inPieces } from "../../../server/exports/encode.ts";
import { respond } from "../../../server/handler.ts";
import { requireMember } from "../../../server/host-route.ts";
import { limitRate } from "../../../server/rate-limit.ts";
import { services } from "../../../server/services.ts";

/** The audit log of the signed-in owner's organisation: `?action=&actor=&from=&to=` as on its page. */
export function GET(request: Request): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    const user = await requireMember(shared, request, "GET /api/audit.csv");
    const given = [...new URL(request.url).searchParams].filter(([, value]) => value !== "");
    const filter = AuditFilter.safeParse(Object.fromEntries(given));
    if (!filter.success) {
      const [issue] = filter.error.issues;
      throw new RostrumError("input.invalid", issue?.message ?? "There is no such filter.", {
        field: issue?.path.join(".") ?? "",
      });
    }
    await limitRate(shared, `export:${user.id}`, { limit: 60, windowMs: 60_000 });
    const { organisationId, id: actorId } = user;
    await recordAudit(shared.db, {
      organisationId,
      actorId,
      action: "audit.exported",
      subject: organisationId,
    });
    const rows = auditRows(shared.db, organisationId, filter.data);
    return new Response(asStream(inPieces(csvLines(rows, { bom: false, newline: "\r\n" }))), {
      headers: {
        "content-type": "text/csv; charset=utf-8",
        "content-disposition": 'attachment; filename="audit.csv"',
        "cache-control": "no-store",
      },
    });
  });
}

export const dynamic = "force-dynamic";
