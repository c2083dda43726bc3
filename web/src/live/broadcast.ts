import type { HlsPlayer, Look } from "./hls-player.ts";
import { nextTry, noFaults, type Recovery } from "./hls-rules.ts";
import { type Grant, MediaAccess } from "./media-access.ts";
import { type Quality, rememberedQuality, rememberQuality } from "./quality.ts";
import { watchStalls } from "./stall-watch.ts";
import { Value } from "./value.ts";

export type BroadcastState = {
  /**
   * `waiting`: for the programme, or for a fault to pass; `failed`: somebody must ask again; `unable`: no such browser;
   * `refused`: may not watch any more.
   */
  phase: "waiting" | "playing" | "failed" | "unable" | "refused";
  /** Why not, for people. */
  refusal: string | null;
  /** What the viewer has chosen, this time or the last. */
  quality: Quality;
  soundOnly: boolean;
  /** What is said is shown, when there is any. */
  captions: boolean;
  look: Look | null;
};

/** Where the programme plays and the access to it. No address: there is no programme yet. */
export type BroadcastGrant = Grant & { url: string | null };

/** How often to ask whether the programme has begun, ms. */
const askEveryMs = 1000;

/** Faults in a row. */
const plainAfter = 4;

/**
 * The broadcast in a video element: asks for its address, plays it, starts it again after faults with growing pauses,
 * where the viewer was.
 */
export class Broadcast {
  readonly state = new Value<BroadcastState>({
    phase: "waiting",
    refusal: null,
    quality: "auto",
    soundOnly: false,
    captions: false,
    look: null,
  });
  readonly #video: HTMLVideoElement;
  readonly #ask: () => Promise<BroadcastGrant>;
  readonly #access: MediaAccess;
  #player: HlsPlayer | null = null;
  #unwatch: () => void = () => undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #recovery: Recovery = noFaults;
  /** Went back or paused when false: stays where they are. */
  #wantsLive = true;
  /** Starts that were overtaken by another, or by the end, do nothing. */
  #turn = 0;

  constructor(video: HTMLVideoElement, ask: () => Promise<BroadcastGrant>) {
    this.#video = video;
    this.#ask = ask;
    this.#access = new MediaAccess(ask, (refusal) => this.#refuse(refusal));
    const quality = rememberedQuality();
    this.#patch({ quality, soundOnly: quality === "audio" });
    video.addEventListener("playing", this.#onPlaying);
    video.addEventListener("pause", this.#onPause);
    void this.#start();
  }

  seekLive(): void {
    this.#wantsLive = true;
    this.#player?.seekLive();
    void this.#video.play().catch(() => undefined);
  }

  /** @param position seconds, of the look's range; what lies outside it is its nearest end */
  seekTo(position: number): void {
    const range = this.state.get().look?.range;
    if (!range) return;
    this.#wantsLive = position >= range.end;
    this.#video.currentTime = Math.min(range.end, Math.max(range.start, position));
  }

  seekBy(seconds: number): void {
    this.seekTo(this.#video.currentTime + seconds);
  }

  /** Kept for the next time, too. Between sound and picture the player starts again, where it was. */
  setQuality(quality: Quality): void {
    rememberQuality(quality);
    const soundOnly = quality === "audio";
    const another = soundOnly !== this.state.get().soundOnly;
    this.#patch({ quality, soundOnly });
    if (another) this.#begin();
    else this.#player?.setQuality(quality);
  }

  setCaptions(captions: boolean): void {
    this.#patch({ captions });
    this.#player?.setCaptions(captions);
  }

  /** After a failure, because somebody asked. */
  tryAgain(): void {
    this.#recovery = noFaults;
    this.#begin();
  }

  close(): void {
    this.#halt();
    this.#access.close();
    this.#video.removeEventListener("playing", this.#onPlaying);
    this.#video.removeEventListener("pause", this.#onPause);
  }

  #begin(): void {
    this.#halt();
    this.#patch({ phase: "waiting" });
    void this.#start();
  }

  #halt(): void {
    this.#turn += 1;
    clearTimeout(this.#timer);
    this.#unwatch();
    this.#player?.stop();
    this.#player = null;
  }

  async #start(): Promise<void> {
    const turn = ++this.#turn;
    try {
      const grant = await this.#ask();
      if (turn !== this.#turn) return;
      const { url } = grant;
      if (!url) {
        this.#timer = setTimeout(() => void this.#start(), askEveryMs);
        return;
      }
      this.#access.take(grant);
      const { playHls } = await import("./hls-player.ts");
      if (turn !== this.#turn) return;
      await this.#play(playHls, url);
    } catch (error) {
      if (turn !== this.#turn) return;
      const refusal = this.#access.refusalOf(error);
      if (refusal) this.#refuse(refusal);
      else this.#fault();
    }
  }

  async #play(playHls: typeof import("./hls-player.ts").playHls, url: string): Promise<void> {
    const turn = this.#turn;
    const back = this.#rewoundBy();
    const { soundOnly } = this.state.get();
    // After a few faults, the address that asks least of a network and of what stands in it.
    const plain = this.#recovery.faults >= plainAfter ? "-plain" : "";
    const address = url.replace(/index\.m3u8$/, `${soundOnly ? "audio" : "index"}${plain}.m3u8`);
    const player = await playHls(
      this.#video,
      { url: address, access: this.#access },
      {
        onFault: () => this.#fault(),
        onLook: (look) => this.#patch({ look }),
        wantsLive: () => this.#wantsLive,
        quality: () => this.state.get().quality,
      },
    );
    if (turn !== this.#turn) {
      player?.stop();
      return;
    }
    this.#player = player;
    if (this.state.get().captions) player?.setCaptions(true);
    if (!player) {
      this.#patch({ phase: "unable" });
      return;
    }
    this.#unwatch = watchStalls(this.#video, () => this.#fault());
    if (back > 0) this.#video.addEventListener("loadeddata", () => this.seekBy(-back), { once: true });
    void this.#video.play().catch(() => undefined);
  }

  /** Seconds behind the live picture, of somebody who went back; they are found again there. */
  #rewoundBy(): number {
    const { look } = this.state.get();
    return look?.behind != null && !this.#wantsLive ? look.behind : 0;
  }

  /** They may not watch any more: what is buffered is not shown either. */
  #refuse(refusal: string): void {
    this.#halt();
    this.#access.close();
    this.#patch({ phase: "refused", refusal });
  }

  #fault(): void {
    this.#halt();
    const { recovery, waitMs } = nextTry(this.#recovery, Date.now(), Math.random());
    this.#recovery = recovery;
    if (waitMs === null) {
      this.#patch({ phase: "failed" });
      return;
    }
    this.#timer = setTimeout(() => void this.#start(), waitMs);
  }

  #onPause = (): void => {
    // Without a player it is the element that was emptied.
    if (this.#player && !this.#video.ended) this.#wantsLive = false;
  };

  #onPlaying = (): void => this.#patch({ phase: "playing" });

  #patch(change: Partial<BroadcastState>): void {
    this.state.update((state) => ({ ...state, ...change }));
  }
}
