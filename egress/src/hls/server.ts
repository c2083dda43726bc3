import type { ServerResponse } from "node:http";
import type { HttpContext, HttpServer } from "@rostrum/platform";
import { RostrumError } from "@rostrum/protocol";
import { type CaptionFeed, CaptionFiles, withCaptions } from "../captions/index.ts";
import { cacheWithin, type MediaDoor } from "../media-door.ts";
import { liveName, parsePlaylistName, plainName, type RungName } from "./names.ts";
import { type PlaylistForm, renderMultivariantPlaylist, type Variant } from "./playlist.ts";
import { plain, type Timeline } from "./timeline.ts";
import type { Wanted } from "./versions.ts";

/** What players are told of the renditions, by itself and in order: largest first, the sound last. */
export type Variants = {
  main: Omit<Variant, "uri">;
  rungs: readonly (Omit<Variant, "uri"> & { rendition: RungName })[];
  audio: Omit<Variant, "uri">;
};

/** What the server needs to know of a programme. */
export type Watchable = {
  timeline: Timeline;
  /** Null before the first picture. */
  variants: Variants | null;
  /** Rungs that whoever comes now is not told of: they are left out for want of time. */
  hidden: readonly string[];
  captions: CaptionFeed;
  /** Programme time at which the media's timestamps are 0, epoch ms; null before the first picture. */
  firstPictureMs: number | null;
};

export type HlsServerOptions = {
  http: HttpServer;
  door: MediaDoor;
  /** Seconds; a request is held for three of them at most. */
  targetDuration: number;
  find: (webinarId: string) => Watchable | undefined;
};

const masters: Record<string, typeof liveName> = { "index.m3u8": liveName, "index-plain.m3u8": plainName };
const mediaTypes = {
  m3u8: "application/vnd.apple.mpegurl",
  media: "video/mp4",
  vtt: "text/vtt; charset=utf-8",
} as const;

/**
 * `/hls/{webinarId}/{access}/...`. The access part is the same for all viewers of the moment, so everything here may be
 * cached by whatever stands in front, for as long as it opens (decision 017).
 */
export class HlsServer {
  readonly #options: HlsServerOptions;
  readonly #captionFiles = new CaptionFiles();
  /** Requests that wait for a part or a playlist. */
  waiting = 0;
  /** Requests for playlists and media so far. */
  served = { playlists: 0, media: 0 };

  constructor(options: HlsServerOptions) {
    this.#options = options;
    const { http, door } = options;
    // Before the files: it looks like one of them.
    door.routeEnter(http, "/hls/:webinarId", ({ webinarId = "" }) => webinarId);
    http.route("GET", "/hls/:webinarId/:access/:file", (context) => this.#hls(context));
    http.route("OPTIONS", "/hls/:webinarId/:access/:file", ({ response }) => door.preflight(response));
  }

  async #hls(context: HttpContext): Promise<void> {
    const { webinarId = "", file = "" } = context.params;
    this.#options.door.open(context, webinarId);
    const programme = this.#options.find(webinarId);
    if (!programme) throw new RostrumError("not-found", "There is no programme now.");
    const master = masters[file];
    const form = formOf(programme.timeline, file);
    if (master) this.#master(context.response, programme, master);
    else if (file.startsWith("captions")) this.#captions(context.response, programme, file);
    else if (form) await this.#playlist(context, programme, form);
    else await this.#media(context, programme.timeline, file);
  }

  #master(response: ServerResponse, { variants, hidden }: Watchable, name: typeof liveName): void {
    if (!variants) throw new RostrumError("not-found", "The programme has not begun.");
    const shown = variants.rungs.filter(({ rendition }) => !hidden.includes(rendition));
    const text = renderMultivariantPlaylist([
      { ...variants.main, uri: name("main") },
      ...shown.map((rung) => ({ ...rung, uri: name(rung.rendition) })),
      { ...variants.audio, uri: name("audio") },
    ]);
    send(response, {
      type: mediaTypes.m3u8,
      cache: "public, max-age=5",
      body: Buffer.from(withCaptions(text)),
    });
  }

  #captions(response: ServerResponse, programme: Watchable, file: string): void {
    const { body, fixed } = this.#captionFiles.answer(
      { ...programme, plainPlaylist: () => programme.timeline.playlist(plain()).body },
      file,
    );
    const type = file.endsWith(".vtt") ? mediaTypes.vtt : mediaTypes.m3u8;
    send(response, { type, cache: `public, max-age=${fixed ? "86400, immutable" : "1"}`, body });
  }

  async #playlist(
    context: HttpContext,
    { timeline, variants }: Watchable,
    kind: PlaylistForm,
  ): Promise<void> {
    if (!variants) throw new RostrumError("not-found", "The programme has not begun.");
    const query = context.url.searchParams;
    const form = { ...kind, ...deltaOf(query) };
    const blocking = blockingQuery(query);
    this.served.playlists += 1;
    if (blocking) {
      const result = await this.#hold(() => timeline.waitFor(blocking, 3000 * this.#options.targetDuration));
      if (result === "too-far")
        throw new RostrumError("input.invalid", "That segment is too far ahead.", { field: "_HLS_msn" });
      if (result === "gone") {
        unavailable(context.response);
        return;
      }
    }
    const { body, fixed } = timeline.playlist(form, blocking);
    // What a blocking request is answered stays as it is; the playlist as it stands ages at once. Also to those who ask for
    // what is long past: a crowd that fell behind is still one request a second to us.
    const cache = fixed
      ? `public, max-age=${6 * this.#options.targetDuration}, immutable`
      : "public, max-age=1";
    send(context.response, { type: mediaTypes.m3u8, cache, body });
  }

  async #media(context: HttpContext, timeline: Timeline, file: string): Promise<void> {
    this.served.media += 1;
    await this.#hold(() => timeline.waitForFile(file, 3000 * this.#options.targetDuration));
    const bytes = await timeline.file(file);
    if (!bytes) throw new RostrumError("not-found", "There is no such segment, or not any more.");
    const cache = "public, max-age=86400, immutable";
    send(context.response, { type: mediaTypes.media, cache, body: bytes });
  }

  async #hold<T>(wait: () => Promise<T>): Promise<T> {
    this.waiting += 1;
    try {
      return await wait();
    } finally {
      this.waiting -= 1;
    }
  }
}

/** The playlist behind a file name; undefined when it is none of this programme. */
function formOf(timeline: Timeline, file: string): PlaylistForm | undefined {
  const named = parsePlaylistName(file);
  return named && timeline.renditions.includes(named.rendition) ? { ...named, delta: false } : undefined;
}

/**
 * `_HLS_msn` and `_HLS_part` (bis §6.2.5.2); null when the request does not block.
 *
 * @throws RostrumError input.invalid when they are no whole numbers, or a part is named without its segment
 */
export function blockingQuery(query: URLSearchParams): Wanted | null {
  const sequence = query.get("_HLS_msn");
  const part = query.get("_HLS_part");
  if (sequence === null && part === null) return null;
  const whole = (value: string | null): boolean => value === null || /^\d{1,12}$/.test(value);
  if (sequence === null || !whole(sequence) || !whole(part))
    throw new RostrumError(
      "input.invalid",
      "_HLS_msn and _HLS_part are whole numbers, and a part needs its segment.",
      {
        field: sequence === null ? "_HLS_msn" : "_HLS_part",
      },
    );
  return { sequence: Number(sequence), part: part === null ? null : Number(part) };
}

/** `_HLS_skip` (bis §6.2.5.1): `v2` leaves out date ranges too. */
function deltaOf(query: URLSearchParams): Pick<PlaylistForm, "delta" | "skipRanges"> {
  const skip = query.get("_HLS_skip");
  return { delta: skip === "YES" || skip === "v2", skipRanges: skip === "v2" };
}

function send(response: ServerResponse, answer: { type: string; cache: string; body: Buffer }): void {
  response.writeHead(200, {
    "content-type": answer.type,
    "content-length": answer.body.length,
    "cache-control": cacheWithin(response, answer.cache),
  });
  response.end(answer.body);
}

function unavailable(response: ServerResponse): void {
  response.writeHead(503, { "cache-control": "no-store", "retry-after": "1" }).end();
}
