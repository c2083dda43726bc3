import { type Rect, tileAspect } from "./geometry.ts";

/** Width of the speaker's picture over the screen, as a share of the area's width. */
const pictureShare = 0.22;

/** A shared screen over the whole area and, when somebody is on stage, a picture of the speaker in its lower right. */
export function shareRects(
  withSpeaker: boolean,
  area: Rect,
  gap: number,
): { screen: Rect; speaker: Rect | null } {
  if (!withSpeaker) return { screen: { ...area }, speaker: null };
  const width = Math.min(area.width * pictureShare, area.height * pictureShare * tileAspect);
  const height = width / tileAspect;
  const space = Math.min(gap, area.width / 16, area.height / 16);
  return {
    screen: { ...area },
    speaker: {
      x: area.x + area.width - width - space,
      y: area.y + area.height - height - space,
      width,
      height,
    },
  };
}
