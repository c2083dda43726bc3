import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import type { HttpContext, HttpServer, Tokens } from "@rostrum/platform";
import { RostrumError } from "@rostrum/protocol";
import { renderMultivariantPlaylist, type Variant } from "./playlist.ts";
import type { PlaylistKind, Timeline } from "./timeline.ts";

/** What the server needs to know of a programme. */
export type Watchable = { timeline: Timeline; variant: Omit<Variant, "uri"> | null };

export type HlsServerOptions = {
  http: HttpServer;
  tokens: Tokens;
  /** Origin of the pages that may play. */
  webPublicUrl: string;
  /** Seconds; a request is held for three of them at most. */
  targetDuration: number;
  find: (webinarId: string) => Watchable | undefined;
  /** Path of a finished recording, or undefined. */
  findRecording: (webinarId: string) => Promise<string | undefined>;
  /** Address of its copy elsewhere, when the file is not here; null when there is none. */
  findCopy: (webinarId: string) => Promise<string | null>;
};

const playlists: Record<string, PlaylistKind> = { "live.m3u8": "low-latency", "plain.m3u8": "plain" };
const masters: Record<string, string> = { "index.m3u8": "live.m3u8", "index-plain.m3u8": "plain.m3u8" };

const mediaTypes = { m3u8: "application/vnd.apple.mpegurl", media: "video/mp4" } as const;

/**
 * `/hls/{webinarId}/{access}/...` and `/recordings/{webinarId}/{access}/recording.mp4`. The access part is the same for
 * all viewers inside a time bucket, so everything here may be cached by whatever stands in front (decision 005).
 */
export class HlsServer {
  readonly #options: HlsServerOptions;
  readonly #corsOrigin: string;
  /** Requests that wait for a part or a playlist. */
  waiting = 0;

  constructor(options: HlsServerOptions) {
    this.#options = options;
    this.#corsOrigin = new URL(options.webPublicUrl).origin;
    options.http.route("GET", "/hls/:webinarId/:access/:file", (context) => this.#hls(context));
    options.http.route("GET", "/recordings/:webinarId/:access/recording.mp4", (context) =>
      this.#recording(context),
    );
    options.http.route("HEAD", "/recordings/:webinarId/:access/recording.mp4", (context) =>
      this.#recording(context),
    );
    for (const path of ["/hls/:webinarId/:access/:file", "/recordings/:webinarId/:access/recording.mp4"])
      options.http.route("OPTIONS", path, ({ response }) => this.#preflight(response));
  }

  #authorise(context: HttpContext): string {
    const { webinarId = "", access = "" } = context.params;
    // Before the check: a player must be able to read a refusal.
    this.#cors(context.response);
    if (!this.#options.tokens.verifyHlsAccess(webinarId, access, Date.now()))
      throw new RostrumError("permission.denied", "This address is not valid, or not any more.");
    return webinarId;
  }

  #cors(response: ServerResponse): void {
    response.setHeader("access-control-allow-origin", this.#corsOrigin);
    response.setHeader("access-control-expose-headers", "content-length, content-range, date");
    response.setHeader("timing-allow-origin", this.#corsOrigin);
    response.setHeader("x-content-type-options", "nosniff");
  }

  #preflight(response: ServerResponse): void {
    this.#cors(response);
    response.setHeader("access-control-allow-headers", "range");
    response.setHeader("access-control-max-age", "86400");
    response.writeHead(204).end();
  }

  async #hls(context: HttpContext): Promise<void> {
    const programme = this.#options.find(this.#authorise(context));
    if (!programme) throw new RostrumError("not-found", "There is no programme now.");
    const { file = "" } = context.params;
    const master = masters[file];
    const kind = playlists[file];
    if (master) this.#master(context.response, programme, master);
    else if (kind) await this.#playlist(context, programme.timeline, kind);
    else await this.#media(context, programme.timeline, file);
  }

  #master(response: ServerResponse, programme: Watchable, uri: string): void {
    if (!programme.variant) throw new RostrumError("not-found", "The programme has not begun.");
    const text = renderMultivariantPlaylist([{ ...programme.variant, uri }]);
    send(response, { type: mediaTypes.m3u8, cache: "public, max-age=5", body: text });
  }

  async #playlist(context: HttpContext, timeline: Timeline, kind: PlaylistKind): Promise<void> {
    const wanted = blockingQuery(context.url.searchParams);
    if (wanted && kind === "low-latency") {
      const result = await this.#hold(() =>
        timeline.waitFor(wanted.sequence, wanted.part, 3000 * this.#options.targetDuration),
      );
      if (result === "too-far")
        throw new RostrumError("input.invalid", "That segment is too far ahead.", { field: "_HLS_msn" });
      if (result === "gone") {
        unavailable(context.response);
        return;
      }
    }
    // The answer to a blocking request is good for as long as somebody may ask the same; a plain one ages at once.
    const cache = wanted ? `public, max-age=${6 * this.#options.targetDuration}` : "public, max-age=1";
    send(context.response, { type: mediaTypes.m3u8, cache, body: timeline.playlist(kind) });
  }

  async #media(context: HttpContext, timeline: Timeline, file: string): Promise<void> {
    if (timeline.isNextPart(file))
      await this.#hold(() => timeline.waitForFile(file, 3000 * this.#options.targetDuration));
    const bytes = timeline.file(file);
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

  async #recording(context: HttpContext): Promise<void> {
    const webinarId = this.#authorise(context);
    const path = await this.#options.findRecording(webinarId);
    if (!path) {
      const copy = await this.#options.findCopy(webinarId);
      if (!copy) throw new RostrumError("not-found", "There is no recording yet.");
      context.response.writeHead(302, { location: copy, "cache-control": "no-store" }).end();
      return;
    }
    const { size } = await stat(path);
    const { request, response } = context;
    const range = parseRange(request.headers.range, size);
    response.setHeader("content-type", mediaTypes.media);
    response.setHeader("accept-ranges", "bytes");
    response.setHeader("cache-control", "private, max-age=3600");
    if (range === "unsatisfiable") {
      response.writeHead(416, { "content-range": `bytes */${size}` }).end();
      return;
    }
    const { start, end } = range ?? { start: 0, end: size - 1 };
    response.setHeader("content-length", end - start + 1);
    if (range) response.setHeader("content-range", `bytes ${start}-${end}/${size}`);
    response.writeHead(range ? 206 : 200);
    if (request.method === "HEAD") {
      response.end();
      return;
    }
    const stream = createReadStream(path, { start, end });
    stream.on("error", () => response.destroy());
    response.on("close", () => stream.destroy());
    stream.pipe(response);
  }
}

/**
 * `_HLS_msn` and `_HLS_part` (bis §6.2.5.2); null when the request does not block.
 *
 * @throws RostrumError input.invalid when they are no whole numbers, or a part is named without its segment
 */
export function blockingQuery(query: URLSearchParams): { sequence: number; part: number | null } | null {
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

/** A single byte range (RFC 9110 §14.2); null when there is none, or several, and the whole is sent. */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | "unsatisfiable" | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return null;
  const [first, last] = [match[1] ?? "", match[2] ?? ""];
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(size - 1, Number(last));
  return start > end || start >= size ? "unsatisfiable" : { start, end };
}

function send(
  response: ServerResponse,
  answer: { type: string; cache: string; body: string | Buffer },
): void {
  response.writeHead(200, {
    "content-type": answer.type,
    "content-length": Buffer.byteLength(answer.body),
    "cache-control": answer.cache,
  });
  response.end(answer.body);
}

function unavailable(response: ServerResponse): void {
  response.writeHead(503, { "cache-control": "no-store", "retry-after": "1" }).end();
}
