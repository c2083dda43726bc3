import { pickEngine } from "./hls-rules.ts";
import { enterNatively, type Grant, MediaAccess } from "./media-access.ts";
import { Value } from "./value.ts";

export type ReplayMedia = {
  /** Addresses of the segments' playlist and of the whole file. */
  playlist: string;
  file: string;
  /** There are segments; otherwise only the file. */
  segments: boolean;
  /** The access that the addresses hold. */
  grant: Grant;
};

/** Where a recording is and how it plays; ms of the recording. */
export type ReplayState = {
  phase: "loading" | "ready" | "failed" | "refused";
  /** Why it may not be watched any more, for people. */
  refusal: string | null;
  positionMs: number;
  bufferedMs: number;
  paused: boolean;
  /** Wants to play and has nothing to show. */
  waiting: boolean;
  muted: boolean;
  rate: number;
  ended: boolean;
  /** It has been played at least once. */
  begun: boolean;
};

type Options = {
  media: ReplayMedia;
  /** The next access; rejects when there is none for this person. */
  renew: () => Promise<Grant>;
  /** Programme time of the recording's first picture, epoch ms. */
  startedAt: number;
  range: { fromMs: number; toMs: number };
  beginMs: number;
};

/** Faults that are tried to be mended before a person is asked. */
const mostFaults = 4;
const events = [
  "timeupdate",
  "play",
  "pause",
  "playing",
  "waiting",
  "seeking",
  "seeked",
  "volumechange",
] as const;
const moreEvents = ["ratechange", "ended", "progress", "loadeddata", "canplay"] as const;

/** A recording in a video element: its segments by hls.js or the browser's own player, or the file where there are none. */
export class ReplayPlayer {
  readonly state: Value<ReplayState>;
  readonly video: HTMLVideoElement;
  readonly range: Options["range"];
  readonly #options: Options;
  /** Of the recording, where the element's time is 0. */
  #baseMs = 0;
  #stop: () => void = () => undefined;
  #faults = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  #begun = false;
  #phase: ReplayState["phase"] = "loading";
  #refusal: string | null = null;
  readonly access: MediaAccess;

  constructor(video: HTMLVideoElement, options: Options) {
    this.video = video;
    this.#options = options;
    this.range = options.range;
    this.access = new MediaAccess(options.renew, (refusal) => this.#refuse(refusal));
    this.access.take(options.media.grant);
    this.state = new Value<ReplayState>({
      phase: "loading",
      refusal: null,
      positionMs: options.beginMs,
      bufferedMs: options.beginMs,
      paused: true,
      waiting: false,
      muted: video.muted,
      rate: 1,
      ended: false,
      begun: false,
    });
    for (const event of [...events, ...moreEvents]) video.addEventListener(event, this.#look);
    video.addEventListener("error", this.#onError);
    void this.#start(options.beginMs).catch(() => this.#fault());
  }

  /** Where an instant of the recording is on the element's axis, seconds. */
  mediaTime(ms: number): number {
    return (ms - this.#baseMs) / 1000;
  }

  get positionMs(): number {
    return Math.round(this.video.currentTime * 1000 + this.#baseMs);
  }

  seek(ms: number): void {
    const { fromMs, toMs } = this.range;
    this.video.currentTime = this.mediaTime(Math.min(Math.max(fromMs, ms), toMs - 100));
  }

  seekBy(ms: number): void {
    this.seek(this.positionMs + ms);
  }

  play(): void {
    if (this.positionMs >= this.range.toMs - 250) this.seek(this.range.fromMs);
    void this.video.play().catch(() => undefined);
  }

  toggle(): void {
    if (this.video.paused) this.play();
    else this.video.pause();
  }

  setRate(rate: number): void {
    this.video.playbackRate = rate;
    this.video.defaultPlaybackRate = rate;
  }

  /** After a failure, because somebody asked. */
  tryAgain(): void {
    this.#faults = 0;
    this.#restart();
  }

  close(): void {
    this.#closed = true;
    this.access.close();
    clearTimeout(this.#timer);
    this.#stop();
    for (const event of [...events, ...moreEvents]) this.video.removeEventListener(event, this.#look);
    this.video.removeEventListener("error", this.#onError);
  }

  async #start(beginMs: number): Promise<void> {
    const { media } = this.#options;
    await this.access.ready();
    if (this.#closed) return;
    const engine = pickEngine({
      mediaSource: "MediaSource" in window,
      managedMediaSource: "ManagedMediaSource" in window,
      nativeHls: this.video.canPlayType("application/vnd.apple.mpegurl") !== "",
    });
    const useFile = !media.segments || engine === "none" || this.#faults >= 2;
    if (!useFile && engine === "hls.js") return this.#playSegments(media.playlist, beginMs);
    const url = useFile ? media.file : media.playlist;
    const lasting = await enterNatively(this.access, url);
    if (this.#closed) return;
    // Without the cookie it is interrupted when the access ends, and goes on where it was.
    const address = lasting ?? this.access.address(url);
    if (useFile) this.#playFile(address, beginMs);
    else this.#playNative(address, beginMs);
  }

  async #playSegments(url: string, beginMs: number): Promise<void> {
    const { playRecorded } = await import("./recorded-hls.ts");
    if (this.#closed) return;
    this.#stop = playRecorded(
      this.video,
      { url, access: this.access },
      {
        begin: (firstAt) => {
          this.#baseMs = firstAt - this.#options.startedAt;
          return this.mediaTime(beginMs);
        },
        onFault: () => this.#fault(),
      },
    );
  }

  /** Safari: its own player knows the date of the first picture once it has the playlist. */
  #playNative(url: string, beginMs: number): void {
    const { video } = this;
    const ready = (): void => {
      const first = (video as HTMLVideoElement & { getStartDate?: () => Date }).getStartDate?.().getTime();
      this.#baseMs = first && Number.isFinite(first) ? first - this.#options.startedAt : 0;
      video.currentTime = this.mediaTime(beginMs);
    };
    video.addEventListener("loadedmetadata", ready, { once: true });
    this.#load(url, ready);
  }

  #playFile(url: string, beginMs: number): void {
    this.#baseMs = 0;
    const ready = (): void => {
      this.video.currentTime = this.mediaTime(beginMs);
    };
    this.video.addEventListener("loadedmetadata", ready, { once: true });
    this.#load(url, ready);
  }

  #load(url: string, ready: () => void): void {
    this.video.src = url;
    this.#stop = () => {
      this.video.removeEventListener("loadedmetadata", ready);
      this.video.removeAttribute("src");
      this.video.load();
    };
  }

  #onError = (): void => {
    // hls.js sees to its own.
    if (this.video.getAttribute("src")?.startsWith("blob:") === false) this.#fault();
  };

  #refuse(refusal: string): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.access.close();
    this.#refusal = refusal;
    this.#phase = "refused";
    this.#stop();
    this.#look();
  }

  #fault(): void {
    if (this.#closed || this.#phase === "refused") return;
    this.#faults += 1;
    this.access.doubt();
    this.#stop();
    if (this.#faults > mostFaults) {
      this.#phase = "failed";
      this.#look();
      return;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#restart(), 500 * this.#faults);
  }

  #restart(): void {
    const at = this.state.get().positionMs;
    const playing = this.#begun && !this.state.get().paused;
    this.#stop();
    this.#phase = "loading";
    this.#look();
    this.#start(at).then(
      () => playing && this.play(),
      () => this.#fault(),
    );
  }

  #look = (): void => {
    const { video } = this;
    if (video.readyState >= 2 && this.#phase === "loading") this.#phase = "ready";
    if (!video.paused) this.#begun = true;
    const known = video.readyState >= 1;
    const positionMs = known ? Math.max(this.range.fromMs, this.positionMs) : this.state.get().positionMs;
    // What is published may end within a segment.
    const over = known && positionMs >= this.range.toMs - 20;
    if (over && !video.paused) video.pause();
    this.state.set({
      phase: this.#phase,
      refusal: this.#refusal,
      positionMs: Math.min(positionMs, this.range.toMs),
      bufferedMs: Math.min(this.range.toMs, this.#bufferedMs(positionMs)),
      paused: video.paused,
      waiting: !video.paused && video.readyState < 3,
      muted: video.muted,
      rate: video.playbackRate,
      ended: video.ended || over,
      begun: this.#begun,
    });
  };

  #bufferedMs(positionMs: number): number {
    const { buffered, currentTime } = this.video;
    for (let i = 0; i < buffered.length; i += 1)
      if (buffered.start(i) <= currentTime + 0.1 && buffered.end(i) >= currentTime)
        return buffered.end(i) * 1000 + this.#baseMs;
    return positionMs;
  }
}
