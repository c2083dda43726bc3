import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../../../server/routers/index.ts";

/** What the server tells of a webinar. */
export type Report = inferRouterOutputs<AppRouter>["report"]["summary"];
