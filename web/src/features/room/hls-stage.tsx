"use client";
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import { Broadcast } from "../../live/broadcast.ts";
import { commandOf, type PlayerCommand } from "../../live/hls-rules.ts";
import type { RoomConnection } from "../../live/room-connection.ts";
import { useValue } from "../../live/use-value.ts";
import { PlayerControls, toggleFullScreen, togglePictureInPicture, togglePlay } from "./player-controls.tsx";

type Props = {
  connection: RoomConnection;
  title: string;
  /** Another picture still lies over this one: play unseen and unheard. */
  covered: boolean;
  onPlaying: () => void;
};

/** The programme over HLS, in the player of our own. */
export function HlsStage({ connection, title, covered, onPlaying }: Props) {
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const [broadcast, setBroadcast] = useState<Broadcast | null>(null);
  const told = useRef(onPlaying);
  told.current = onPlaying;

  useEffect(() => {
    if (!video) return;
    const opened = new Broadcast(video, () => connection.api.attendance.playlist.query());
    const started = () => {
      told.current();
      if (performance.getEntriesByName("rostrum:first-frame").length === 0)
        performance.mark("rostrum:first-frame");
    };
    video.addEventListener("playing", started);
    setBroadcast(opened);
    return () => {
      video.removeEventListener("playing", started);
      opened.close();
    };
  }, [connection, video]);

  const stage = useRef<HTMLElement>(null);
  const { room } = useTexts();
  const onKey = (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    const type = target instanceof HTMLInputElement ? target.type : undefined;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const command = plain ? commandOf(event.key, { tag: target.tagName, ...(type ? { type } : {}) }) : null;
    if (!command || !broadcast || !video) return;
    event.preventDefault();
    obey(command, { broadcast, video, stage: stage.current });
  };

  return (
    <section ref={stage} className="stage player" aria-label={room.stage} hidden={covered} onKeyDown={onKey}>
      <video ref={setVideo} data-player="hls" playsInline muted={covered} aria-label={title}>
        <track kind="captions" />
      </video>
      {broadcast && video && (
        <Shown broadcast={broadcast} video={video} title={title} stage={() => stage.current} />
      )}
    </section>
  );
}

type ShownProps = {
  broadcast: Broadcast;
  video: HTMLVideoElement;
  title: string;
  stage: () => HTMLElement | null;
};

/** What lies over the picture: a word while there is none, the controls once there was one. */
function Shown({ broadcast, video, title, stage }: ShownProps) {
  const { phase, refusal, soundOnly } = useValue(broadcast.state);
  const { player } = useTexts();
  const faults = useFaults();
  const played = useRef(false);
  played.current ||= phase === "playing";
  return (
    <>
      {phase === "failed" ? (
        <div className="stage-message" role="alert">
          <h2>{player.unreachable}</h2>
          <p>{player.placeKept}</p>
          <button className="button" type="button" onClick={() => broadcast.tryAgain()}>
            {player.tryAgain}
          </button>
        </div>
      ) : phase === "refused" ? (
        <div className="stage-message" role="alert">
          <h2>{player.refused}</h2>
          <p>{refusal && faults.said(refusal)}</p>
        </div>
      ) : phase === "unable" ? (
        <div className="stage-message" role="alert">
          <h2>{player.unable}</h2>
          <p>{player.able}</p>
        </div>
      ) : !played.current ? (
        <div className="stage-message" role="status">
          <h2>{title}</h2>
          <p>{player.starting}</p>
        </div>
      ) : (
        soundOnly && (
          <div className="stage-message" role="status">
            <h2>{title}</h2>
            <p>{player.soundOnly}</p>
          </div>
        )
      )}
      {played.current && (phase === "playing" || phase === "waiting") && (
        <PlayerControls broadcast={broadcast} video={video} stage={stage} />
      )}
    </>
  );
}

function obey(
  command: PlayerCommand,
  on: { broadcast: Broadcast; video: HTMLVideoElement; stage: HTMLElement | null },
): void {
  const { broadcast, video, stage } = on;
  if (command.do === "seek") broadcast.seekBy(command.by);
  else if (command.do === "live") broadcast.seekLive();
  else if (command.do === "captions") broadcast.setCaptions(!broadcast.state.get().captions);
  else if (command.do === "toggle-play") togglePlay(video);
  else if (command.do === "toggle-mute") video.muted = !video.muted;
  else if (command.do === "full-screen") toggleFullScreen(stage, video);
  else togglePictureInPicture(video);
}
