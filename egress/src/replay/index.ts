export { Afterwork } from "./afterwork.ts";
export { ReplayServer } from "./server.ts";
