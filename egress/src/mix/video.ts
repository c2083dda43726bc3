import { coverAround, fitInside, type Placement } from "@rostrum/rules";
import type { Frame } from "node-av/lib";
import { Picture, type PixelRect, type Planes, Scaler } from "../av/index.ts";
import { colour, copyPicture, fillRect, paintBackground, snap } from "./draw.ts";
import type { Labels } from "./labels.ts";

const card = colour(32, 40, 54);
const black = colour(0, 0, 0);
const even = (value: number): number => 2 * Math.floor(value / 2);

/** One placement with what is to be seen in it. `frame` null: a card with the name. */
export type Tile = { placement: Placement; frame: Frame | null; name: string };

/** Words of the slate, shown while nobody is on stage. */
export type Slate = { headline: string; title: string };

/** Draws tiles or the slate onto pictures. Owns the scalers and the background. */
export class VideoMixer {
  readonly #scaler = new Scaler();
  readonly #background: Picture;
  readonly #labels: Labels;

  constructor(size: { width: number; height: number }, labels: Labels) {
    this.#background = new Picture(size.width, size.height);
    paintBackground(this.#background);
    this.#labels = labels;
  }

  compose(canvas: Planes, tiles: readonly Tile[], slate: Slate): void {
    if (!coversAll(canvas, tiles)) copyPicture(this.#background, canvas);
    if (tiles.length === 0) this.#slate(canvas, slate);
    for (const tile of tiles) this.#tile(canvas, tile);
  }

  #tile(canvas: Planes, tile: Tile): void {
    const { placement, frame } = tile;
    const target = snap(placement.rect, canvas);
    if (target.width < 16 || target.height < 16) return;
    if (frame) this.#picture(canvas, target, frame, placement.fit);
    else this.#card(canvas, target, tile.name);
    if (placement.what === "camera" && frame) this.#labels.plate(canvas, target, tile.name);
  }

  #picture(canvas: Planes, target: PixelRect, frame: Frame, fit: Placement["fit"]): void {
    const aspect = frame.width / frame.height;
    if (fit === "contain") {
      const inner = snap(fitInside(target, aspect), canvas);
      if (inner.width < target.width || inner.height < target.height) fillRect(canvas, target, black);
      this.#scaler.draw(frame, { size: inner, from: { x: 0, y: 0 } }, canvas, inner);
      return;
    }
    // The whole picture is scaled until it covers the tile; what sticks out is left out evenly.
    const around = coverAround(target, aspect);
    const size = {
      width: Math.max(target.width, even(around.width)),
      height: Math.max(target.height, even(around.height)),
    };
    const from = { x: even((size.width - target.width) / 2), y: even((size.height - target.height) / 2) };
    this.#scaler.draw(frame, { size, from }, canvas, target);
  }

  #card(canvas: Planes, target: PixelRect, name: string): void {
    fillRect(canvas, target, card);
    const size = Math.round(Math.max(14, target.height * 0.09));
    this.#labels.centred(canvas, target, { text: name, size, y: target.y + target.height / 2 - size * 0.75 });
  }

  #slate(canvas: Planes, slate: Slate): void {
    const area = { x: 0, y: 0, width: canvas.width, height: canvas.height };
    const large = Math.round(canvas.height * 0.075);
    const small = Math.round(canvas.height * 0.045);
    const top = canvas.height * 0.42;
    this.#labels.centred(canvas, area, { text: slate.headline, size: large, y: top });
    this.#labels.centred(canvas, area, { text: slate.title, size: small, y: top + large * 1.7 });
  }

  close(): void {
    this.#scaler.close();
    this.#background.close();
  }
}

/** Whether the first tile hides the whole background: the usual case of one person or a 16:9 screen. */
function coversAll(canvas: Planes, tiles: readonly Tile[]): boolean {
  const first = tiles[0];
  if (!first) return false;
  const target = snap(first.placement.rect, canvas);
  return target.x === 0 && target.y === 0 && target.width === canvas.width && target.height === canvas.height;
}
