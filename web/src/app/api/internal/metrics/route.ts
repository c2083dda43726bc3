import { timingSafeEqual } from "node:crypto";
import { RostrumError } from "@rostrum/protocol";
import { respond } from "../../../../server/handler.ts";
import { services } from "../../../../server/services.ts";

/** Prometheus metrics of this web process, for whoever has METRICS_TOKEN. */
export function GET(request: Request): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    const wanted = shared.config.METRICS_TOKEN;
    if (!wanted) throw new RostrumError("not-found", "There is no such page.");
    if (!same(request.headers.get("authorization") ?? "", `Bearer ${wanted}`))
      throw new RostrumError("token.invalid", "The metrics token is not valid.");
    const { registry } = shared.measures.metrics;
    return new Response(await registry.metrics(), { headers: { "content-type": registry.contentType } });
  });
}

function same(given: string, right: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}

export const dynamic = "force-dynamic";
