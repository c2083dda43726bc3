import type { LayoutName } from "@rostrum/protocol";
import type { Rect, Size } from "./geometry.ts";
import { gridRects } from "./grid.ts";
import { shareRects } from "./share.ts";
import { speakerRects } from "./speaker.ts";

export { coverAround, fitInside, type Rect, type Size, tileAspect } from "./geometry.ts";

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

/** One picture: whose, of what, where, and how it meets its rectangle. Drawn in the order given, later over earlier. */
export type Placement = {
  id: string;
  what: "camera" | "screen";
  rect: Rect;
  /** `cover` crops, `contain` leaves bars: a slide must not lose its edges, a face may. */
  fit: "cover" | "contain";
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
  if (layout === "grid") {
    const rects = gridRects(scene.members.length, area, gap);
    return scene.members.flatMap((member, index) => {
      const rect = rects[index];
      return rect ? [camera(member, rect)] : [];
    });
  }
  const order = speakerFirst(scene);
  return speakerRects(order.length, area, gap).flatMap((rect, index) => {
    const member = order[index];
    return member ? [camera(member, rect)] : [];
  });
}
