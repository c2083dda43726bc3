export { Facts } from "./facts.ts";
export { OriginFinder } from "./origin-finder.ts";
export { Supervisor, type SupervisorOptions } from "./supervisor.ts";
