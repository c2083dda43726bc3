import { mergeDelta, type ParsedPlaylist, parsePlaylist } from "./playlist-parse.ts";

export type Download = { uri: string; bytes: Buffer };

/**
 * Follows a low-latency playlist as a native player does: asks for the part that comes next with a blocking reload and a
 * delta, requests the hinted part before it is listed, and plays parts in order.
 */
export class NativePlayer {
  readonly #address: (file: string) => string;
  readonly #file: string;
  readonly #headers: () => Record<string, string>;
  /** Every version as text, and when it came, ms. */
  readonly versions: { text: string; at: number }[] = [];
  readonly downloads: Download[] = [];
  readonly faults: string[] = [];
  /** Deltas among the versions. */
  deltas = 0;
  playlist: ParsedPlaylist | null = null;

  /** @param headers of each request, as they are by then */
  constructor(
    address: (file: string) => string,
    file = "live.m3u8",
    headers: () => Record<string, string> = () => ({}),
  ) {
    this.#address = address;
    this.#file = file;
    this.#headers = headers;
  }

  /** Plays until so many versions were seen, or the playlist has ended. */
  async follow(versions: number): Promise<void> {
    while (this.versions.length < versions && !this.playlist?.ended) await this.#step();
  }

  async #step(): Promise<void> {
    const [hint] = this.playlist?.hints ?? [];
    const [text, hinted] = await Promise.all([
      this.#text(`${this.#file}${this.#query()}`),
      hint?.URI ? this.#bytes(hint.URI) : undefined,
    ]);
    this.versions.push({ text, at: performance.now() });
    let next = parsePlaylist(text);
    if (next.skipped > 0) {
      this.deltas += 1;
      const merged = this.playlist && mergeDelta(this.playlist, next);
      if (!merged) throw new Error("the delta cannot be used");
      next = merged;
    }
    const uris = next.segments.flatMap((segment) => segment.parts.map(({ uri }) => uri));
    // It begins with the newest segment, and goes on behind the part it had last.
    const newest = next.segments.findLast(({ parts }) => parts.length > 0)?.parts[0]?.uri ?? "";
    const last = this.downloads.at(-1)?.uri;
    const from = last === undefined ? uris.indexOf(newest) : uris.indexOf(last) + 1;
    this.playlist = next;
    for (const uri of uris.slice(from)) {
      const bytes = uri === hint?.URI ? hinted : await this.#bytes(uri);
      if (bytes) this.downloads.push({ uri, bytes });
      else this.faults.push(`${uri} is listed and not there`);
    }
  }

  #query(): string {
    const last = this.playlist?.segments.at(-1);
    if (!last) return "";
    const [sequence, part] = last.uri === null ? [last.sequence, last.parts.length] : [last.sequence + 1, 0];
    return `?_HLS_msn=${sequence}&_HLS_part=${part}&_HLS_skip=YES`;
  }

  async #text(file: string): Promise<string> {
    const response = await fetch(this.#address(file), { headers: this.#headers() });
    if (!response.ok) throw new Error(`${file}: ${response.status}`);
    return response.text();
  }

  async #bytes(file: string): Promise<Buffer | undefined> {
    const response = await fetch(this.#address(file), { headers: this.#headers() });
    const bytes = Buffer.from(await response.arrayBuffer());
    return response.ok ? bytes : undefined;
  }

  /** What it has played, as one file: the initialisation section, then the parts. */
  async recording(): Promise<Buffer> {
    const init = await this.#bytes(this.playlist?.segments.at(-1)?.map ?? "");
    if (!init) throw new Error("there is no initialisation section");
    return Buffer.concat([init, ...this.downloads.map(({ bytes }) => bytes)]);
  }
}
