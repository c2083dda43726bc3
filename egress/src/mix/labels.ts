import { type Mask, type PixelRect, type Planes, renderText } from "../av/index.ts";
import { colour, drawMask, shade } from "./draw.ts";

const ink = colour(8, 11, 16);
const kept = 64;

/** Text on the picture: rendered once per text and size, then blended. Without a readable font it draws nothing. */
export class Labels {
  readonly #fontFile: string | null;
  readonly #masks = new Map<string, Mask | null>();
  readonly #onFault: (error: unknown) => void;

  constructor(fontFile: string | null, onFault: (error: unknown) => void) {
    this.#fontFile = fontFile;
    this.#onFault = onFault;
  }

  /** A name on a dark plate in the lower left corner of a tile. */
  plate(canvas: Planes, tile: PixelRect, text: string): void {
    const size = Math.round(Math.min(26, Math.max(12, tile.height * 0.06)));
    const mask = this.#mask(text, size, Math.floor(tile.width * 0.8));
    if (!mask) return;
    const pad = Math.round(size * 0.5);
    const even = (value: number): number => 2 * Math.round(value / 2);
    const plate = {
      x: tile.x + even(size * 0.6),
      y: even(tile.y + tile.height - mask.height - size * 0.6),
      width: even(mask.width + 2 * pad),
      height: even(mask.height),
    };
    if (plate.x + plate.width > tile.x + tile.width || plate.y < tile.y) return;
    shade(canvas, plate, ink, 165);
    drawMask(canvas, mask, plate.x + pad, plate.y);
  }

  /** A line centred on (centre of `area`, y). @returns height of the line, 0 when nothing was drawn */
  centred(canvas: Planes, area: PixelRect, line: { text: string; size: number; y: number }): number {
    const mask = this.#mask(line.text, line.size, Math.floor(area.width * 0.9));
    if (!mask) return 0;
    drawMask(canvas, mask, Math.round(area.x + (area.width - mask.width) / 2), Math.round(line.y));
    return mask.height;
  }

  #mask(text: string, sizePixels: number, maxWidth: number): Mask | null {
    if (!this.#fontFile || text.length === 0 || maxWidth < sizePixels) return null;
    const key = `${sizePixels}/${maxWidth}/${text}`;
    const known = this.#masks.get(key);
    if (known !== undefined) return known;
    if (this.#masks.size >= kept) this.#masks.clear();
    const mask = this.#render(text, sizePixels, maxWidth);
    this.#masks.set(key, mask);
    return mask;
  }

  #render(text: string, sizePixels: number, maxWidth: number): Mask | null {
    try {
      return renderText(text, { fontFile: this.#fontFile ?? "", sizePixels, maxWidth });
    } catch (error) {
      this.#onFault(error);
      return null;
    }
  }
}
