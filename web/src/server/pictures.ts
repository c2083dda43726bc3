import type { PictureKind } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import sharp, { type Sharp } from "sharp";

/** What may be uploaded, bytes; what is stored is far smaller. */
export const pictureBytes = 8 * 1024 * 1024;
/** Larger pictures are bombs or belong on a wall. */
const maxPixels = 50_000_000;
/** By their content, not by what the sender calls them. No SVG: it is a program as much as a picture. */
const formats = new Set(["jpeg", "png", "webp", "gif", "heif"]);

/** Only what mail programs and previews of links understand comes out: PNG where transparency counts, JPEG otherwise. */
const shapes: Record<PictureKind, (picture: Sharp) => Sharp> = {
  logo: (picture) =>
    picture
      .resize({ width: 480, height: 160, fit: "inside", withoutEnlargement: true })
      .png({ palette: true, quality: 90, effort: 7 }),
  cover: (picture) =>
    picture
      .resize({ width: 1600, height: 900, fit: "cover", position: "attention" })
      .flatten({ background: "#ffffff" })
      .jpeg({ quality: 80, mozjpeg: true }),
  portrait: (picture) =>
    picture
      .resize({ width: 400, height: 400, fit: "cover", position: "attention" })
      .flatten({ background: "#ffffff" })
      .jpeg({ quality: 82, mozjpeg: true }),
};

export type EncodedPicture = { contentType: string; width: number; height: number; bytes: Uint8Array };

/**
 * An uploaded picture, encoded anew: cut to what it is for, turned upright, without the camera's data and place. Throws
 * input.invalid for what is no picture we read.
 */
export async function encodePicture(kind: PictureKind, upload: Uint8Array): Promise<EncodedPicture> {
  try {
    const source = sharp(upload, { limitInputPixels: maxPixels, failOn: "error", pages: 1 });
    const { format } = await source.metadata();
    if (!formats.has(format)) throw new Error(`a ${format}`);
    const { data, info } = await shapes[kind](source.rotate()).toBuffer({ resolveWithObject: true });
    return { contentType: `image/${info.format}`, width: info.width, height: info.height, bytes: data };
  } catch (cause) {
    throw new RostrumError("input.invalid", "This is not a picture we can read. Use a JPEG, PNG or WebP.", {
      field: "picture",
      cause,
    });
  }
}
