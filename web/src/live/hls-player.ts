import Hls, { type ErrorData, type HlsConfig, type LoadPolicy } from "hls.js";
import { catchUpRate, isLive, nativeStand, pickEngine, shouldJump } from "./hls-rules.ts";
import { askWith, enterNatively, type MediaAccess } from "./media-access.ts";
import { type Level, levelFor, levelsOf, type Moment, momentsOf, type Quality } from "./quality.ts";

const patient: LoadPolicy = {
  default: {
    // A held request is answered within three target durations.
    maxTimeToFirstByteMs: 8000,
    maxLoadTimeMs: 15_000,
    timeoutRetry: { maxNumRetry: 4, retryDelayMs: 300, maxRetryDelayMs: 3000 },
    errorRetry: { maxNumRetry: 10, retryDelayMs: 300, maxRetryDelayMs: 3000 },
  },
};

/** Tuned for the programme: parts of a third of a second, held open by blocking reloads, seconds of buffer at most. */
const config: Partial<HlsConfig> = {
  lowLatencyMode: true,
  backBufferLength: 30,
  maxBufferLength: 10,
  liveDurationInfinity: true,
  // The rate is ours (hls-rules): its own begins only with a second in the buffer, which a picture this live never has.
  maxLiveSyncPlaybackRate: 1,
  // What a stall costs in distance from live; two seconds at most.
  liveSyncOnStallIncrease: 0.35,
  // No more lines than the player shows; whoever chooses a size has it.
  capLevelToPlayerSize: true,
  // Begin with the picture that most networks carry, not with the smallest.
  abrEwmaDefaultEstimate: 5_000_000,
  // The moments are ours.
  enableDateRangeMetadataCues: false,
  manifestLoadPolicy: patient,
  playlistLoadPolicy: patient,
};

/** How playing goes; seconds. */
export type Look = {
  /** Null while it cannot be told. */
  behind: number | null;
  live: boolean;
  /** What may be gone back to. */
  range: { start: number; end: number };
  /** More than one when there is a choice; the chosen one, -1: by the network. */
  levels: readonly Level[];
  level: number;
  /** The level that is seen now; -1: not known. */
  playing: number;
  /** What happened, within what may be gone back to. */
  moments: readonly Moment[];
  /** What is said can be shown. */
  captions: boolean;
};

export type HlsHandlers = {
  /** Cannot be mended in place: stop, and start again with a fresh address. */
  onFault: () => void;
  onLook: (look: Look) => void;
  /** Not gone back or paused: may be put to live when far behind. */
  wantsLive: () => boolean;
  /** What the viewer has chosen. */
  quality: () => Quality;
};

export type HlsPlayer = {
  seekLive: () => void;
  setQuality: (quality: Quality) => void;
  setCaptions: (shown: boolean) => void;
  stop: () => void;
};

const typeOfPlaylist = "application/vnd.apple.mpegurl";
const lookEveryMs = 200;

export type LiveSource = { url: string; access: MediaAccess };

/** Plays a live playlist in a video element until it is stopped. Null: this browser cannot. */
export async function playHls(
  video: HTMLVideoElement,
  source: LiveSource,
  handlers: HlsHandlers,
): Promise<HlsPlayer | null> {
  const managedMediaSource = "ManagedMediaSource" in window && Hls.isSupported();
  const engine = pickEngine({
    mediaSource: "MediaSource" in window && Hls.isSupported(),
    managedMediaSource,
    nativeHls: video.canPlayType(typeOfPlaylist) !== "",
  });
  if (engine === "none") return null;
  if (engine === "hls.js") return playWithHlsJs(video, source, handlers);
  const lasting = await enterNatively(source.access, source.url);
  // Without the cookie its own player would lose access with its address; ours changes it.
  if (lasting === null && managedMediaSource) return playWithHlsJs(video, source, handlers);
  return playNative(video, lasting ?? source.access.address(source.url), handlers);
}

function playWithHlsJs(
  video: HTMLVideoElement,
  { url, access }: LiveSource,
  handlers: HlsHandlers,
): HlsPlayer {
  const hls = new Hls({ ...config, xhrSetup: askWith(access) } as HlsConfig);
  let recoveredAt = 0;
  hls.on(Hls.Events.ERROR, (_event, data: ErrorData) => {
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && Date.now() - recoveredAt > 5000) {
      recoveredAt = Date.now();
      hls.recoverMediaError();
      return;
    }
    handlers.onFault();
  });
  hls.on(Hls.Events.MANIFEST_PARSED, (_event, { levels }) => {
    const level = levelFor(levels, handlers.quality());
    if (level < 0) return;
    hls.startLevel = level;
    hls.loadLevel = level;
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  const steer = steerLive(hls, video, handlers.wantsLive);
  const moments = watchMoments(hls);
  const timer = setInterval(() => {
    const { behind, target } = steer();
    handlers.onLook({
      behind,
      live: behind === null || isLive(behind, target),
      range: seekable(video),
      levels: levelsOf(hls.levels),
      level: hls.autoLevelEnabled ? -1 : hls.loadLevel,
      playing: hls.currentLevel,
      moments: moments(),
      captions: hls.subtitleTracks.length > 0,
    });
  }, lookEveryMs);
  return {
    seekLive: () => seekLive(hls, video),
    setQuality: (quality) => {
      hls.nextLevel = levelFor(hls.levels, quality);
    },
    setCaptions: (shown) => {
      hls.subtitleDisplay = shown;
      hls.subtitleTrack = shown ? 0 : -1;
    },
    stop: () => {
      clearInterval(timer);
      hls.destroy();
    },
  };
}

/** The moments of the playlist that was loaded last; told anew only when there is one. */
function watchMoments(hls: Hls): () => readonly Moment[] {
  let moments: readonly Moment[] = [];
  hls.on(Hls.Events.LEVEL_UPDATED, (_event, { details }) => {
    const ranges = Object.values(details.dateRanges).filter((range) => range !== undefined);
    moments = momentsOf(ranges, details.fragments);
  });
  return () => moments;
}

function seekLive(hls: Hls, video: HTMLVideoElement): void {
  const position = hls.liveSyncPosition;
  if (position !== null) video.currentTime = position;
}

/** Without a stall for this long, a player that had some comes nearer to live again. */
const forgiveMs = 20_000;

/** A jump may not help at once. */
const jumpEveryMs = 8000;

/** How far behind live to play, seconds: as the server says for parts; two whole segments instead of hls.js's three. */
function aimOf(hls: Hls): number | null {
  const details = hls.latestLevelDetails;
  if (!details) return null;
  return details.partTarget > 0 ? details.partHoldBack : 2 * details.targetduration;
}

/** Sets the distance. Told anew, hls.js forgets the stalls that have put it further back. */
function takeAim(hls: Hls, calmMs: number): void {
  const aim = aimOf(hls);
  if (aim === null) return;
  const forgive = calmMs > forgiveMs && hls.targetLatency !== aim;
  if (hls.config.liveSyncDuration !== aim || forgive) hls.targetLatency = aim;
}

/** Keeps a live picture at its distance; called again and again, tells what that is and should be, seconds. */
function steerLive(
  hls: Hls,
  video: HTMLVideoElement,
  wantsLive: () => boolean,
): () => { behind: number | null; target: number } {
  let jumpedAt = Number.NEGATIVE_INFINITY;
  let playingSince: number | null = null;
  let stalledAt = performance.now();
  video.addEventListener("waiting", () => {
    stalledAt = performance.now();
  });
  return () => {
    takeAim(hls, performance.now() - stalledAt);
    const target = hls.targetLatency ?? 1;
    // A playlist that has ended has no live edge any more; a picture that has not begun is not behind it.
    const begun = hls.latestLevelDetails?.live && video.currentTime > 0;
    const behind = begun && hls.latency > 0 ? hls.latency : null;
    if (video.paused || behind === null) return { behind, target };
    if (video.readyState > 2) playingSince ??= performance.now();
    const playedMs = playingSince === null ? 0 : performance.now() - playingSince;
    const rested = performance.now() - jumpedAt > jumpEveryMs;
    if (rested && shouldJump({ behind, target, playedMs, wantsLive: wantsLive() })) {
      jumpedAt = performance.now();
      seekLive(hls, video);
    }
    const rate = catchUpRate({ behind, target, ahead: bufferedAhead(video) });
    if (video.playbackRate !== rate) video.playbackRate = rate;
    return { behind, target };
  };
}

/** Safari plays HLS itself, low latency included; it keeps its own distance and chooses its own level. */
function playNative(video: HTMLVideoElement, url: string, handlers: HlsHandlers): HlsPlayer {
  video.src = url;
  video.addEventListener("error", handlers.onFault);
  const timer = setInterval(() => {
    const range = seekable(video);
    handlers.onLook({
      ...nativeStand(range, video.currentTime),
      range,
      levels: [],
      level: -1,
      playing: -1,
      moments: [],
      captions: captionTracks(video).length > 0,
    });
  }, lookEveryMs);
  return {
    seekLive: () => {
      video.currentTime = seekable(video).end;
    },
    setQuality: () => undefined,
    setCaptions: (shown) => {
      for (const track of captionTracks(video)) track.mode = shown ? "showing" : "hidden";
    },
    stop: () => {
      clearInterval(timer);
      video.removeEventListener("error", handlers.onFault);
      video.removeAttribute("src");
      video.load();
    },
  };
}

/** The playlist's; the empty one in the page has no language. */
const captionTracks = (video: HTMLVideoElement): TextTrack[] =>
  [...video.textTracks].filter(
    ({ kind, language }) => (kind === "subtitles" || kind === "captions") && language !== "",
  );

function seekable({ seekable: ranges }: HTMLVideoElement): Look["range"] {
  return ranges.length > 0
    ? { start: ranges.start(0), end: ranges.end(ranges.length - 1) }
    : { start: 0, end: 0 };
}

/** Seconds that can be played on without a hole. */
function bufferedAhead({ buffered, currentTime }: HTMLVideoElement): number {
  for (let i = 0; i < buffered.length; i += 1)
    if (buffered.start(i) <= currentTime + 0.1 && buffered.end(i) > currentTime)
      return buffered.end(i) - currentTime;
  return 0;
}
