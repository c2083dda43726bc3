import { Connection, type Reply } from "./connection.ts";
import type { ViewerLedger } from "./ledger.ts";
import type { Turns } from "./turns.ts";

/** A part by its numbers in the name. */
type Place = { segment: number; part: number };

const hinted = /#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-(\d+)-(\d+)\.m4s"/;
const listed = /,URI="part-(\d+)-(\d+)\.m4s"/g;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const isBefore = (a: Place, b: Place): boolean =>
  a.segment < b.segment || (a.segment === b.segment && a.part < b.part);

/** What low-latency players keep between them and the live edge, in parts. */
const holdBackParts = 3;

/**
 * One viewer of a broadcast, as hls.js behaves: the multivariant playlist, then a blocking reload for each part over one
 * connection while the part before is fetched over another. Nothing is decoded.
 */
export class Viewer {
  readonly #folder: string;
  readonly #playlists: Connection;
  readonly #media: Connection;
  readonly #ledger: ViewerLedger;
  readonly #turns: Turns;
  #stopped = false;
  #queue: Place[] = [];
  #fetching = false;
  /** Parts so far, and when the first was there, ms. */
  #parts = 0;
  #firstAt = 0;
  #behind = 0;

  /** @param folder where the playlists are, with a slash at its end */
  constructor(folder: URL, ledger: ViewerLedger, turns: Turns) {
    this.#folder = folder.pathname;
    this.#playlists = new Connection(folder);
    this.#media = new Connection(folder);
    this.#ledger = ledger;
    this.#turns = turns;
  }

  /** Settles when stopped; faults are counted, and it begins again as a player would. */
  async watch(lowLatency: boolean): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#get(this.#playlists, lowLatency ? "index.m3u8" : "index-plain.m3u8");
        if (lowLatency) await this.#followParts();
        else await this.#followSegments();
      } catch (error) {
        if (this.#stopped) return;
        this.#ledger.fault(error instanceof Error ? error.message : String(error));
        await sleep(500 + Math.random() * 500);
      }
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#playlists.close();
    this.#media.close();
  }

  async #get(connection: Connection, file: string): Promise<Reply> {
    const reply = await connection.get(`${this.#turns.path(this.#folder)}${file}`);
    if (reply.status !== 200) throw new Error(`${reply.status} for ${file.replace(/[-\d]+/g, "#")}`);
    return reply;
  }

  async #followParts(): Promise<void> {
    let next = this.#hint(await this.#get(this.#playlists, "live.m3u8"));
    while (!this.#stopped) {
      const wanted = next;
      const query = `_HLS_msn=${wanted.segment}&_HLS_part=${wanted.part}&_HLS_skip=YES`;
      const reply = await this.#get(this.#playlists, `live.m3u8?${query}`);
      this.#ledger.playlist(`${wanted.segment}/${wanted.part}`, reply);
      next = this.#hint(reply);
      // The end of the playlist is enough: what came since the last one.
      for (const match of (reply.text ?? "").slice(-900).matchAll(listed)) {
        const place = { segment: Number(match[1]), part: Number(match[2]) };
        if (!isBefore(place, wanted) && isBefore(place, next)) this.#queue.push(place);
      }
      void this.#fetchParts();
    }
  }

  #hint({ text }: Reply): Place {
    const match = hinted.exec((text ?? "").slice(-400));
    if (!match) throw new Error("the playlist hints at nothing");
    return { segment: Number(match[1]), part: Number(match[2]) };
  }

  async #fetchParts(): Promise<void> {
    if (this.#fetching) return;
    this.#fetching = true;
    try {
      for (let place = this.#queue.shift(); place && !this.#stopped; place = this.#queue.shift()) {
        const file = `part-${place.segment}-${place.part}.m4s`;
        this.#ledger.media(file, await this.#get(this.#media, file));
        this.#played();
      }
    } catch (error) {
      if (!this.#stopped) this.#ledger.fault(error instanceof Error ? error.message : String(error));
    } finally {
      this.#fetching = false;
    }
  }

  /** A part that comes later than what was held back for it is a stall; from there on all is that much later. */
  #played(): void {
    const now = performance.now();
    if (this.#parts === 0) this.#firstAt = now;
    const lateMs = now - this.#firstAt - this.#parts * this.#ledger.partMs - this.#behind;
    if (lateMs > (holdBackParts - 1) * this.#ledger.partMs) {
      this.#ledger.stall();
      this.#behind += lateMs;
    }
    this.#parts += 1;
  }

  async #followSegments(): Promise<void> {
    let had = -1;
    while (!this.#stopped) {
      const asked = performance.now();
      const reply = await this.#get(this.#playlists, "plain.m3u8");
      this.#ledger.plainPlaylist(reply);
      const numbers = [...(reply.text ?? "").slice(-400).matchAll(/^seg-(\d+)\.m4s$/gm)].map((m) =>
        Number(m[1]),
      );
      for (const number of had < 0 ? numbers.slice(-1) : numbers.filter((n) => n > had)) {
        this.#ledger.media(`seg-${number}.m4s`, await this.#get(this.#media, `seg-${number}.m4s`));
        had = number;
      }
      await sleep(Math.max(100, 2000 - (performance.now() - asked)));
    }
  }
}
