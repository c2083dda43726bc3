import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../../../server/routers/index.ts";

export type SavedPage = inferRouterOutputs<AppRouter>["page"]["get"];
export type Page = SavedPage["page"];
export type Speaker = Page["speakers"][number];
export type AgendaItem = Page["agenda"][number];
