"use client";
import { Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import { clockText } from "../../live/hls-rules.ts";
import type { ReplayPlayer } from "../../live/replay-player.ts";
import { type ReplayCommand, replayCommand } from "../../live/replay-rules.ts";
import { useValue } from "../../live/use-value.ts";
import { toggleFullScreen, togglePictureInPicture } from "../room/player-controls.tsx";
import type { Replay } from "./replay.ts";
import { ReplayControls } from "./replay-controls.tsx";
import { useCaptions } from "./use-captions.ts";

type Props = {
  title: string;
  replay: Replay;
  player: ReplayPlayer | null;
  video: HTMLVideoElement | null;
  setVideo: (video: HTMLVideoElement | null) => void;
  resumed: boolean;
};

/** The picture with its controls, and the keys of the whole page. */
export function ReplayStage({ title, replay, player, video, setVideo, resumed }: Props) {
  const stage = useRef<HTMLElement>(null);
  const { room } = useTexts();
  const captions = useCaptions(player, replay.captions);
  const { toggle } = captions;
  useEffect(() => {
    if (!player || !video) return;
    const onKey = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const type = target instanceof HTMLInputElement ? target.type : undefined;
      const role = target.getAttribute?.("role") ?? undefined;
      const command = replayCommand(event.key, {
        tag: target.tagName,
        ...(type ? { type } : {}),
        ...(role ? { role } : {}),
      });
      if (!command) return;
      event.preventDefault();
      obey(command, { player, video, stage: stage.current, toggleCaptions: toggle });
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [player, video, toggle]);
  return (
    <section ref={stage} className="stage player" aria-label={room.stage}>
      <video ref={setVideo} data-player="replay" playsInline aria-label={title}>
        <track kind="captions" />
      </video>
      {player && video && (
        <>
          <Over player={player} title={title} resumed={resumed} />
          <ReplayControls player={player} replay={replay} captions={captions} stage={() => stage.current} />
        </>
      )}
    </section>
  );
}

/** What lies over the picture before it plays, and when it cannot. */
function Over({ player, title, resumed }: { player: ReplayPlayer; title: string; resumed: boolean }) {
  const { phase, refusal, begun, positionMs, waiting } = useValue(player.state);
  const { replay: words, player: controls } = useTexts();
  const faults = useFaults();
  const [resumeShown, setResumeShown] = useState(resumed);
  if (phase === "refused")
    return (
      <div className="stage-message" role="alert">
        <h2>{controls.refused}</h2>
        <p>{refusal && faults.said(refusal)}</p>
      </div>
    );
  if (phase === "failed")
    return (
      <div className="stage-message" role="alert">
        <h2>{words.unreachable}</h2>
        <button className="button" type="button" onClick={() => player.tryAgain()}>
          {controls.tryAgain}
        </button>
      </div>
    );
  if (begun) return waiting ? <div className="replay-wait" role="status" aria-label={words.loading} /> : null;
  return (
    <div className="replay-cover">
      <button className="replay-play" type="button" aria-label={words.play} onClick={() => player.play()}>
        <Play aria-hidden="true" />
      </button>
      <h2>{title}</h2>
      {resumeShown && (
        <p className="row">
          <span>{words.resumed(clockText((positionMs - player.range.fromMs) / 1000))}</span>
          <button
            className="button small"
            type="button"
            onClick={() => {
              player.seek(player.range.fromMs);
              setResumeShown(false);
            }}
          >
            {words.startOver}
          </button>
        </p>
      )}
    </div>
  );
}

type On = {
  player: ReplayPlayer;
  video: HTMLVideoElement;
  stage: HTMLElement | null;
  toggleCaptions: () => void;
};

function obey(command: ReplayCommand, { player, video, stage, toggleCaptions }: On): void {
  const { fromMs, toMs } = player.range;
  const acts: Record<Exclude<ReplayCommand["do"], "seek" | "part">, () => void> = {
    "toggle-play": () => player.toggle(),
    "toggle-mute": () => {
      video.muted = !video.muted;
    },
    "full-screen": () => toggleFullScreen(stage, video),
    "picture-in-picture": () => togglePictureInPicture(video),
    captions: toggleCaptions,
    start: () => player.seek(fromMs),
    end: () => player.seek(toMs - 5000),
  };
  if (command.do === "seek") player.seekBy(command.by);
  else if (command.do === "part") player.seek(fromMs + ((toMs - fromMs) * command.tenths) / 10);
  else acts[command.do]();
}
