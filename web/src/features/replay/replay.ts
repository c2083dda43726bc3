import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../../server/routers/index.ts";

export type OpenedReplay = inferRouterOutputs<AppRouter>["replay"]["open"];
/** A replay that may be watched. */
export type Replay = Extract<OpenedReplay, { state: "open" }>;
export type Conversation = NonNullable<Replay["conversation"]>;
export type ReplaySettings = inferRouterOutputs<AppRouter>["replay"]["settings"];
