import { RostrumError } from "@rostrum/protocol";
import type { CaptionFeed } from "./feed.ts";
import { captionsPlaylist, captionsSegment, captionTimesOf } from "./rendition.ts";

/** What is captioned: its whole segments' playlist, and where its media's timestamps begin (epoch ms). */
export type Captioned = {
  plainPlaylist: () => Buffer;
  captions: CaptionFeed;
  firstPictureMs: number | null;
};

/**
 * A segment is asked for while it is made, and does not change then: what was said meanwhile is in the next ones too, also
 * when it is over by then. Players show it where they are that far behind, and know a line they have, ms.
 */
const againMs = 5000;
/** Segments kept written, per programme: those that a crowd asks for at a time. */
const keptSegments = 64;

/** The captions' playlist and segments, written once for all who ask. */
export class CaptionFiles {
  readonly #playlists = new WeakMap<Buffer, Buffer>();
  readonly #segments = new WeakMap<CaptionFeed, Map<string, Buffer>>();

  /**
   * `captions.m3u8` and `captions-{segment}.vtt`.
   *
   * @returns `fixed`: it will not change
   * @throws RostrumError not-found
   */
  answer(programme: Captioned, file: string): { body: Buffer; fixed: boolean } {
    if (file === "captions.m3u8") return { body: this.#playlist(programme.plainPlaylist()), fixed: false };
    const known = this.#segments.get(programme.captions) ?? new Map<string, Buffer>();
    this.#segments.set(programme.captions, known);
    const body = known.get(file) ?? write(programme, file);
    known.set(file, body);
    for (const oldest of known.keys()) {
      if (known.size <= keptSegments) break;
      known.delete(oldest);
    }
    return { body, fixed: true };
  }

  /** The time line gives out the same bytes as long as nothing has changed. */
  #playlist(plain: Buffer): Buffer {
    const known = this.#playlists.get(plain) ?? Buffer.from(captionsPlaylist(plain.toString()));
    this.#playlists.set(plain, known);
    return known;
  }
}

function write({ plainPlaylist, captions, firstPictureMs }: Captioned, file: string): Buffer {
  const [, sequence] = /^captions-(\d{1,9})\.vtt$/.exec(file) ?? [];
  const times =
    sequence === undefined ? undefined : captionTimesOf(plainPlaylist().toString(), Number(sequence));
  if (!times || firstPictureMs === null)
    throw new RostrumError("not-found", "There is no such segment, or not any more.");
  return Buffer.from(captionsSegment(captions.between(times.from - againMs, times.to), firstPictureMs));
}
