"use client";
import {
  Captions as CaptionsIcon,
  Maximize,
  Pause,
  PictureInPicture2,
  Play,
  Volume2,
  VolumeX,
} from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useTexts } from "../../client/language.tsx";
import type { Broadcast } from "../../live/broadcast.ts";
import { behindText, clockText } from "../../live/hls-rules.ts";
import { useValue } from "../../live/use-value.ts";
import { PlayerMoments } from "./player-moments.tsx";
import { QualityMenu } from "./quality-menu.tsx";

type Props = { broadcast: Broadcast; video: HTMLVideoElement; stage: () => HTMLElement | null };

/** Behind this much there is something to go back to. */
const worthRewinding = 15;

export function PlayerControls({ broadcast, video, stage }: Props) {
  const { look, soundOnly, captions } = useValue(broadcast.state);
  const { paused, muted } = useElement(video);
  const { player, tag } = useTexts();
  const live = look?.live ?? true;
  return (
    <div className="player-bar" data-calm={live && !paused && !soundOnly}>
      {look && look.range.end - look.range.start > worthRewinding && (
        <div className="player-track">
          <Scrubber broadcast={broadcast} video={video} />
          <PlayerMoments moments={look.moments} range={look.range} onSeek={(at) => broadcast.seekTo(at)} />
        </div>
      )}
      <div className="player-row">
        <Control label={paused ? player.play : player.pause} onClick={() => togglePlay(video)}>
          {paused ? <Play /> : <Pause />}
        </Control>
        <Control
          label={muted ? player.unmute : player.mute}
          onClick={() => {
            video.muted = !video.muted;
          }}
        >
          {muted ? <VolumeX /> : <Volume2 />}
        </Control>
        <button
          type="button"
          className="player-live"
          data-live={live && !paused}
          aria-label={live && !paused ? player.live : player.goLive}
          onClick={() => broadcast.seekLive()}
        >
          {player.live}
        </button>
        {look?.behind != null && (
          <span className="player-behind number">{behindText(look.behind, { tag, ...player })}</span>
        )}
        <span className="player-space" />
        {look?.captions && !soundOnly && (
          <Control
            label={player.captions}
            pressed={captions}
            onClick={() => broadcast.setCaptions(!captions)}
          >
            <CaptionsIcon />
          </Control>
        )}
        <QualityMenu broadcast={broadcast} />
        {document.pictureInPictureEnabled && !soundOnly && (
          <Control label={player.pictureInPicture} onClick={() => togglePictureInPicture(video)}>
            <PictureInPicture2 />
          </Control>
        )}
        <Control label={player.fullScreen} onClick={() => toggleFullScreen(stage(), video)}>
          <Maximize />
        </Control>
      </div>
    </div>
  );
}

/** Back to the beginning of what is kept. While it is dragged the picture waits. */
function Scrubber({ broadcast, video }: { broadcast: Broadcast; video: HTMLVideoElement }) {
  const { look } = useValue(broadcast.state);
  const [dragged, setDragged] = useState<number | null>(null);
  const { player } = useTexts();
  if (!look) return null;
  const { start, end } = look.range;
  const value = dragged ?? Math.min(end, Math.max(start, video.currentTime));
  const behind = Math.max(0, end - value);
  const settle = () => {
    if (dragged === null) return;
    setDragged(null);
    if (end - dragged < 4) broadcast.seekLive();
    else broadcast.seekTo(dragged);
  };
  return (
    <input
      className="player-scrubber"
      type="range"
      aria-label={player.position}
      aria-valuetext={behind < 4 ? player.atLive : player.behind(clockText(behind))}
      min={start}
      max={end}
      step={1}
      value={value}
      style={{ "--done": `${(100 * (value - start)) / Math.max(1, end - start)}%` } as React.CSSProperties}
      onChange={(event) => setDragged(Number(event.target.value))}
      onPointerUp={settle}
      onKeyUp={settle}
      onBlur={settle}
    />
  );
}

type ControlProps = { label: string; pressed?: boolean; onClick: () => void; children: ReactNode };

export function Control({ label, pressed, onClick, children }: ControlProps) {
  const state = pressed === undefined ? {} : { "aria-pressed": pressed };
  return (
    <button
      type="button"
      className="player-button"
      aria-label={label}
      title={label}
      onClick={onClick}
      {...state}
    >
      {children}
    </button>
  );
}

/** What the element says of itself, whoever changed it. */
function useElement(video: HTMLVideoElement): { paused: boolean; muted: boolean } {
  const [state, setState] = useState({ paused: video.paused, muted: video.muted });
  useEffect(() => {
    const read = () => setState({ paused: video.paused, muted: video.muted });
    const events = ["play", "pause", "volumechange"] as const;
    for (const event of events) video.addEventListener(event, read);
    read();
    return () => {
      for (const event of events) video.removeEventListener(event, read);
    };
  }, [video]);
  return state;
}

export function togglePlay(video: HTMLVideoElement): void {
  if (video.paused) void video.play().catch(() => undefined);
  else video.pause();
}

export function togglePictureInPicture(video: HTMLVideoElement): void {
  const change = document.pictureInPictureElement
    ? document.exitPictureInPicture()
    : video.requestPictureInPicture();
  // Refused without a picture, or by the person.
  void change.catch(() => undefined);
}

type IosVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

/** The stage with our controls; on an iPhone only the video can. */
export function toggleFullScreen(stage: HTMLElement | null, video: IosVideo): void {
  if (document.fullscreenElement) void document.exitFullscreen().catch(() => undefined);
  else if (stage?.requestFullscreen) void stage.requestFullscreen().catch(() => undefined);
  else video.webkitEnterFullscreen?.();
}
