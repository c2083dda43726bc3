export { Compositor, type PictureSource, type SceneMember, type SceneStage } from "./compositor.ts";
export type { Tuning } from "./ipc.ts";
export { Output } from "./output.ts";
