export { RenderDesk } from "./desk.ts";
