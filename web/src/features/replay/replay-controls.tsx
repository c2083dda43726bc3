"use client";
import {
  Captions as CaptionsIcon,
  Maximize,
  Pause,
  PictureInPicture2,
  Play,
  RotateCcw,
  Volume2,
  VolumeX,
} from "lucide-react";
import { useTexts } from "../../client/language.tsx";
import { clockText } from "../../live/hls-rules.ts";
import type { ReplayPlayer } from "../../live/replay-player.ts";
import { chapterAt, speeds } from "../../live/replay-rules.ts";
import { useValue } from "../../live/use-value.ts";
import { Control, toggleFullScreen, togglePictureInPicture } from "../room/player-controls.tsx";
import type { Replay } from "./replay.ts";
import { ReplayScrubber } from "./replay-scrubber.tsx";
import type { Captions } from "./use-captions.ts";

type Props = {
  player: ReplayPlayer;
  replay: Replay;
  captions: Captions;
  stage: () => HTMLElement | null;
};

export function ReplayControls({ player, replay, captions, stage }: Props) {
  const { paused, muted, rate, positionMs, ended, begun } = useValue(player.state);
  const { player: words, replay: own, tag } = useTexts();
  const { fromMs, toMs } = player.range;
  const chapter = replay.chapters[chapterAt(replay.chapters, positionMs)];
  const { video } = player;
  return (
    <div className="player-bar" data-calm={begun && !paused}>
      <ReplayScrubber player={player} replay={replay} />
      <div className="player-row">
        <Control
          label={ended ? own.again : paused ? words.play : words.pause}
          onClick={() => player.toggle()}
        >
          {ended ? <RotateCcw /> : paused ? <Play /> : <Pause />}
        </Control>
        <Control
          label={muted ? words.unmute : words.mute}
          onClick={() => {
            video.muted = !video.muted;
          }}
        >
          {muted ? <VolumeX /> : <Volume2 />}
        </Control>
        <span className="player-time number">
          {clockText((positionMs - fromMs) / 1000)} / {clockText((toMs - fromMs) / 1000)}
        </span>
        {chapter && <span className="player-behind">{chapter.title}</span>}
        <span className="player-space" />
        <select
          aria-label={own.speed}
          value={rate}
          onChange={(event) => player.setRate(Number(event.target.value))}
        >
          {speeds.map((speed) => (
            <option key={speed} value={speed}>
              {speed.toLocaleString(tag)}×
            </option>
          ))}
        </select>
        {captions.available && (
          <Control label={words.captions} pressed={captions.shown} onClick={captions.toggle}>
            <CaptionsIcon />
          </Control>
        )}
        {document.pictureInPictureEnabled && (
          <Control label={words.pictureInPicture} onClick={() => togglePictureInPicture(video)}>
            <PictureInPicture2 />
          </Control>
        )}
        <Control label={words.fullScreen} onClick={() => toggleFullScreen(stage(), video)}>
          <Maximize />
        </Control>
      </div>
    </div>
  );
}
