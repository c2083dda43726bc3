import { readFile } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import type { HttpContext, HttpServer } from "@rostrum/platform";
import { RostrumError, recordingSubject, replaySubject } from "@rostrum/protocol";
import { cacheWithin, type MediaDoor } from "../media-door.ts";
import { parseManifest, recordingFile, type SegmentLine } from "../record/index.ts";
import { sendFile } from "./files.ts";
import { parseRangeName, type Range, renderReplayPlaylist, segmentsOf } from "./playlist.ts";
import { readStoryboard, sheetIsIn, sheetPattern, storyboardTrack } from "./storyboard.ts";

export type ReplayServerOptions = {
  http: HttpServer;
  door: MediaDoor;
  /** Where a webinar's files are. */
  directory: (webinarId: string) => string;
  /** Address of a file's copy elsewhere, when it is not here; null when there is none. */
  findCopy: (webinarId: string, file: string) => Promise<string | null>;
};

/** Recordings whose list of segments is kept: read once for all who watch. */
const remembered = 50;
const files = "/recordings/:webinarId/:access/:file";
const replay = "/replay/:webinarId/:range/:access/:file";
const besidePattern = /^(?:track-[\w-]{1,80}\.(?:mp4|webm)|render-[a-z]{1,20}\.mp4)$/;

/**
 * Finished recordings. `/recordings/{webinarId}/{access}/...` is the whole, for its host. `/replay/{webinarId}/{from}-{to}/
 * {access}/...` is what was published of it: the access is signed for just that range, and nothing else can be had by it.
 */
export class ReplayServer {
  readonly #options: ReplayServerOptions;
  readonly #segments = new Map<string, Promise<SegmentLine[]>>();

  constructor(options: ReplayServerOptions) {
    this.#options = options;
    options.door.routeEnter(options.http, "/replay/:webinarId/:range", ({ webinarId = "", range = "" }) =>
      replaySubject(webinarId, range),
    );
    for (const [path, answer] of [
      [files, (context: HttpContext) => this.#file(context)],
      [replay, (context: HttpContext) => this.#replay(context)],
    ] as const) {
      options.http.route("GET", path, answer);
      options.http.route("HEAD", path, answer);
      options.http.route("OPTIONS", path, ({ response }) => options.door.preflight(response));
    }
  }

  #authorise(context: HttpContext, subject: string): void {
    context.response.setHeader("cross-origin-resource-policy", "cross-origin");
    this.#options.door.open(context, subject);
  }

  async #file(context: HttpContext): Promise<void> {
    const { webinarId = "", file = "" } = context.params;
    this.#authorise(context, recordingSubject(webinarId));
    if (file !== recordingFile && !besidePattern.test(file)) throw noSuchFile();
    await this.#whole(context, webinarId, file);
  }

  async #replay(context: HttpContext): Promise<void> {
    const { webinarId = "", file = "", range: name = "" } = context.params;
    const range = parseRangeName(name);
    this.#authorise(context, replaySubject(webinarId, name));
    if (!range) throw noSuchFile();
    if (file === recordingFile) await this.#whole(context, webinarId, recordingFile);
    else if (file === "index.m3u8") await this.#playlist(context, webinarId, range);
    else if (file === "storyboard.vtt") await this.#track(context, webinarId, range);
    else await this.#media(context, { webinarId, file, range });
  }

  async #playlist({ response }: HttpContext, webinarId: string, range: Range): Promise<void> {
    const segments = segmentsOf(await this.#segmentsOf(webinarId), range);
    if (segments.length === 0) throw noSuchFile();
    send(response, "application/vnd.apple.mpegurl", renderReplayPlaylist(segments));
  }

  async #track({ response }: HttpContext, webinarId: string, range: Range): Promise<void> {
    const storyboard = await readStoryboard(this.#options.directory(webinarId));
    if (!storyboard) throw noSuchFile();
    send(response, "text/vtt; charset=utf-8", storyboardTrack(storyboard, range));
  }

  /** A segment, an initialisation section or a sheet of thumbnails, when it belongs to the range. */
  async #media(
    context: HttpContext,
    { webinarId, file, range }: { webinarId: string; file: string; range: Range },
  ): Promise<void> {
    const sheet = sheetPattern.exec(file);
    const segment = /^seg-(\d{1,9})\.m4s$/.exec(file);
    const init = /^init-(\d{1,9})\.mp4$/.exec(file);
    const known = segmentsOf(await this.#segmentsOf(webinarId), range);
    const isIn = sheet
      ? sheetIsIn(Number(sheet[1]), range)
      : segment
        ? known.some(({ sequence }) => sequence === Number(segment[1]))
        : init && known.some(({ run }) => run === Number(init[1]));
    if (!isIn) throw noSuchFile();
    const path = join(this.#options.directory(webinarId), file);
    await this.#send(context, path, "public, max-age=86400, immutable");
  }

  /** From here, or from where its copy is. */
  async #whole(context: HttpContext, webinarId: string, file: string): Promise<void> {
    const path = join(this.#options.directory(webinarId), file);
    if (await sendFile(context, path, cacheWithin(context.response, "private, max-age=3600"))) return;
    const copy = await this.#options.findCopy(webinarId, file);
    if (!copy) throw new RostrumError("not-found", "There is no recording yet.");
    context.response.writeHead(302, { location: copy, "cache-control": "no-store" }).end();
  }

  async #send(context: HttpContext, path: string, cache: string): Promise<void> {
    if (!(await sendFile(context, path, cacheWithin(context.response, cache)))) throw noSuchFile();
  }

  /** What was recorded, once it is over: a manifest that has its end does not change. */
  async #segmentsOf(webinarId: string): Promise<SegmentLine[]> {
    const known = this.#segments.get(webinarId);
    if (known) return known;
    const read = this.#read(webinarId);
    this.#segments.set(webinarId, read);
    for (const oldest of this.#segments.keys()) {
      if (this.#segments.size <= remembered) break;
      this.#segments.delete(oldest);
    }
    read.then(
      (segments) => segments.length === 0 && this.#segments.delete(webinarId),
      () => this.#segments.delete(webinarId),
    );
    return read;
  }

  async #read(webinarId: string): Promise<SegmentLine[]> {
    const path = join(this.#options.directory(webinarId), "manifest.jsonl");
    const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return "";
      throw error;
    });
    const lines = parseManifest(text);
    if (!lines.some(({ type }) => type === "end")) return [];
    return lines.flatMap((line) => (line.type === "segment" ? [line] : []));
  }
}

const noSuchFile = (): RostrumError => new RostrumError("not-found", "There is no such file.");

function send(response: ServerResponse, type: string, text: string): void {
  const body = Buffer.from(text);
  response.writeHead(200, {
    "content-type": type,
    "content-length": body.length,
    "cache-control": cacheWithin(response, "private, max-age=60"),
  });
  response.end(body);
}
