import { notWatching, told, type Watched, type Watching, watch } from "@rostrum/rules";
import type { ReplayPlayer } from "./replay-player.ts";

const lookEveryMs = 250;
const tellEveryMs = 10_000;

export type WatchReport = { pass: string; visitId: string; spans: Watched[] };

/**
 * Notes which stretches of a recording are watched and tells them: every ten seconds, at a pause, and when the page is
 * left. What was not taken is told again, under the same ids.
 */
export class WatchLog {
  readonly #player: ReplayPlayer;
  readonly #pass: string;
  readonly #send: (report: WatchReport, leaving: boolean) => Promise<unknown>;
  readonly #visitId = crypto.randomUUID();
  readonly #timers: ReturnType<typeof setInterval>[];
  #watching: Watching = notWatching;
  #sending = false;

  constructor(
    player: ReplayPlayer,
    pass: string,
    send: (report: WatchReport, leaving: boolean) => Promise<unknown>,
  ) {
    this.#player = player;
    this.#pass = pass;
    this.#send = send;
    this.#timers = [
      setInterval(() => this.#look(), lookEveryMs),
      setInterval(() => void this.#tell(false), tellEveryMs),
    ];
    player.video.addEventListener("pause", this.#onPause);
    document.addEventListener("visibilitychange", this.#onHide);
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    this.#player.video.removeEventListener("pause", this.#onPause);
    document.removeEventListener("visibilitychange", this.#onHide);
    this.#look();
    void this.#tell(true);
  }

  #look(): void {
    const { video } = this.#player;
    this.#watching = watch(this.#watching, {
      positionMs: this.#player.positionMs,
      playing: !video.paused && !video.seeking && video.readyState > 2,
      rate: video.playbackRate,
      at: performance.now(),
      id: crypto.randomUUID(),
    });
  }

  #onPause = (): void => {
    this.#look();
    void this.#tell(false);
  };

  #onHide = (): void => {
    if (document.visibilityState !== "hidden") return;
    this.#look();
    void this.#tell(true);
  };

  /** @param leaving there may be no later: told even while something is under way */
  async #tell(leaving: boolean): Promise<void> {
    const spans = this.#watching.untold.slice(0, 50);
    if (spans.length === 0 || (this.#sending && !leaving)) return;
    this.#sending = true;
    try {
      await this.#send({ pass: this.#pass, visitId: this.#visitId, spans }, leaving);
      this.#watching = told(this.#watching, spans);
    } catch {
      // Told again with the next.
    } finally {
      this.#sending = false;
    }
  }
}
