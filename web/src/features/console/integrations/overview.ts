import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "../../../server/routers/index.ts";

type All = inferRouterOutputs<AppRouter>;
type Outputs = All["integration"];
export type Overview = Outputs["overview"];
export type Endpoint = Overview["endpoints"][number];
export type EventName = Overview["events"][number];
export type ExportDelivery = All["exportDelivery"]["list"][number];
export type ExportRun = All["exportDelivery"]["runs"][number];
export type Delivery = Outputs["deliveries"]["rows"][number];

export const stateNames: Record<Delivery["state"], string> = {
  delivered: "Delivered",
  failed: "Given up",
  retrying: "Trying again",
  waiting: "Waiting",
};
