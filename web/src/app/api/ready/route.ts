import { findWebinarBySlug } from "@rostrum/db";
import { withTimeout } from "@rostrum/platform";
import { services } from "../../../server/services.ts";

/** 200 when database and Redis answer, else 503 with what does not. */
export async function GET(): Promise<Response> {
  const { db, redis } = services();
  const faults: string[] = [];
  await withTimeout(findWebinarBySlug(db, "-"), 2000, "slow").catch(() =>
    faults.push("the database does not answer"),
  );
  await withTimeout(redis.ping(), 2000, "slow").catch(() => faults.push("redis does not answer"));
  return Response.json(
    { service: "web", status: faults.length === 0 ? "ready" : "not ready", checks: faults },
    { status: faults.length === 0 ? 200 : 503 },
  );
}

export const dynamic = "force-dynamic";
