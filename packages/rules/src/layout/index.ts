import type { LayoutName } from "@rostrum/protocol";
import type { Placement, Rect, Size } from "./geometry.ts";
import { gridRects } from "./grid.ts";
import { shareRects } from "./share.ts";
import { sideRects } from "./side.ts";
import { speakerRects } from "./speaker.ts";

export { coverAround, fitInside, type Placement, type Rect, type Size, tileAspect } from "./geometry.ts";
export { atRest, ease, isMoving, type Motion, moveMs, placesAt, steer } from "./motion.ts";

/** Somebody on stage. `id` is whatever the caller knows them by; order is the order they came on stage. */
export type SceneMember = { id: string };

/** What is to be shown. */
export type Scene = {
  layout: LayoutName;
  members: readonly SceneMember[];
  /** Whose screen is shared, if anyone's; that member need not be in `members`. */
  screenId: string | null;
  speakerId: string | null;
};

/** The layout that `auto` stands for: share > speaker > grid. */
export function chooseLayout(scene: Scene): Exclude<LayoutName, "auto"> {
  if (scene.layout !== "auto")
    return scene.layout === "share" && scene.screenId === null ? "speaker" : scene.layout;
  if (scene.screenId !== null) return "share";
  return scene.speakerId !== null && scene.members.length > 2 ? "speaker" : "grid";
}

/** The members with the speaker (or, while nobody has spoken, the first) in front. */
function speakerFirst(scene: Scene): SceneMember[] {
  const speaker = scene.members.find((member) => member.id === scene.speakerId) ?? scene.members[0];
  if (!speaker) return [];
  return [speaker, ...scene.members.filter((member) => member !== speaker)];
}

/** Two people next to each other: the first two on stage, the one who speaks in place of the second when need be. */
function pair(scene: Scene): SceneMember[] {
  const [first, second] = scene.members;
  const speaker = scene.members.find((member) => member.id === scene.speakerId);
  return [first, speaker && speaker !== first ? speaker : second].filter((member) => member !== undefined);
}

const camera = (member: SceneMember, rect: Rect): Placement => ({
  id: member.id,
  what: "camera",
  rect,
  fit: "cover",
});

/**
 * Scene to rectangles. Pure: the programme and the browser's room grid call it with their own canvas and draw the same.
 *
 * @param size canvas, any unit
 * @param gap space between tiles in that unit
 * @returns placements in drawing order, all inside the canvas; empty when there is nothing to show
 */
export function layoutScene(scene: Scene, size: Size, gap = 0): Placement[] {
  const area: Rect = { x: 0, y: 0, width: size.width, height: size.height };
  const layout = chooseLayout(scene);
  if (layout === "share" && scene.screenId !== null) {
    const first = speakerFirst(scene)[0];
    const { screen, speaker } = shareRects(first !== undefined, area, gap);
    const placed: Placement[] = [{ id: scene.screenId, what: "screen", rect: screen, fit: "contain" }];
    if (first && speaker) placed.push(camera(first, speaker));
    return placed;
  }
  if (layout === "slate") return [];
  const order = speakerFirst(scene);
  if (layout === "side" && scene.screenId !== null) {
    const { screen, people } = sideRects(order.length, area, gap);
    return [{ id: scene.screenId, what: "screen", rect: screen, fit: "contain" }, ...cameras(order, people)];
  }
  if (layout === "side") return cameras(pair(scene), gridRects(pair(scene).length, area, gap));
  if (layout === "grid") return cameras(scene.members, gridRects(scene.members.length, area, gap));
  return cameras(
    order,
    speakerRects(layout === "spotlight" ? Math.min(1, order.length) : order.length, area, gap),
  );
}

/** As many members as there are rectangles. */
function cameras(members: readonly SceneMember[], rects: readonly Rect[]): Placement[] {
  return rects.flatMap((rect, index) => {
    const member = members[index];
    return member ? [camera(member, rect)] : [];
  });
}
