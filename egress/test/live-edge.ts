import { setTimeout as sleep } from "node:timers/promises";
import { parsePlaylist } from "./playlist-checker.ts";

const lookMs = 100;

/** Follows a live playlist by its dates (EXT-X-PROGRAM-DATE-TIME): how late its newest part is. */
export class LiveEdge {
  readonly #address: () => string;
  readonly #lateness: number[] = [];
  #newest = 0;
  #following = true;
  #worst = 0;

  /** @param address of the playlist, which another port may serve after a restart */
  constructor(address: () => string) {
    this.#address = address;
    void this.#follow();
  }

  async #follow(): Promise<void> {
    while (this.#following) {
      const text = await fetch(this.#address())
        .then((response) => (response.ok ? response.text() : ""))
        .catch(() => "");
      if (text !== "") this.#take(text);
      if (this.#newest > 0) {
        const late = Date.now() - this.#newest;
        this.#lateness.push(late);
        this.#worst = Math.max(this.#worst, late);
      }
      await sleep(lookMs);
    }
  }

  #take(text: string): void {
    for (const { programmeMs, uri, duration, parts } of parsePlaylist(text).segments) {
      if (programmeMs === null) continue;
      const seconds = uri === null ? parts.reduce((sum, part) => sum + part.duration, 0) : duration;
      this.#newest = Math.max(this.#newest, programmeMs + seconds * 1000);
    }
  }

  startWindow(): void {
    this.#worst = 0;
  }

  /** How much later than usual the newest part was at worst since `startWindow`, ms. */
  get lateMs(): number {
    const usual = this.#lateness.toSorted((a, b) => a - b)[Math.floor(this.#lateness.length / 2)] ?? 0;
    return Math.max(0, Math.round(this.#worst - usual));
  }

  stop(): void {
    this.#following = false;
  }
}
