"use client";
import { useEffect, useRef, useState } from "react";
import { deviceFault, openCamera, openMicrophone } from "../../live/devices.ts";
import type { GuestTracks } from "../../live/guest-visit.ts";
import { useLevel } from "../../live/use-level.ts";
import { Notice } from "../../ui/notice.tsx";
import { VideoTrack } from "./media-tile.tsx";

type Props = {
  /** They were on stage already, before this page was loaded. */
  again: boolean;
  busy: boolean;
  onCome: (tracks: GuestTracks) => void;
  onDecline: () => void;
};

const none: GuestTracks = { microphone: undefined, camera: undefined };

/** The host's invitation: nothing is captured before the first click, and nothing is sent before the second. */
export function GuestDoor({ again, busy, onCome, onDecline }: Props) {
  const [tracks, setTracks] = useState<GuestTracks>(none);
  const [checked, setChecked] = useState(false);
  const [faults, setFaults] = useState<string[]>([]);
  const kept = useRef(none);
  kept.current = tracks;
  // What was opened to look at and not taken on stage is given back.
  useEffect(() => () => stop(kept.current), []);

  const check = async () => {
    const [microphone, camera] = await Promise.allSettled([openMicrophone(), openCamera()]);
    setTracks({ microphone: opened(microphone), camera: opened(camera) });
    setFaults([...faultOf(microphone, "microphone"), ...faultOf(camera, "camera")]);
    setChecked(true);
  };
  const dropCamera = () => {
    tracks.camera?.stop();
    setTracks({ ...tracks, camera: undefined });
  };
  const come = () => {
    kept.current = none;
    onCome(tracks);
  };
  return (
    <section className="guest-door" aria-labelledby="guest-door-title">
      <div className="stack-small">
        <div role="alert">
          <h2 id="guest-door-title">{again ? "You are on stage" : "You are invited on stage"}</h2>
        </div>
        <p className="dim">
          {again
            ? "This page was loaded again: nobody sees or hears you until you come back."
            : "Everybody in this webinar will see and hear you. First have a look at yourself; nothing is sent before you join."}
        </p>
        {faults.map((fault) => (
          <Notice kind="warn" key={fault}>
            {fault}
          </Notice>
        ))}
        {tracks.microphone && <LevelMeter track={tracks.microphone} />}
        <div className="row wrap">
          {checked ? (
            <>
              <button
                className="button primary"
                type="button"
                disabled={!tracks.microphone && !tracks.camera}
                onClick={come}
              >
                Join the stage
              </button>
              {tracks.camera && (
                <button className="button" type="button" onClick={dropCamera}>
                  Without camera
                </button>
              )}
              {faults.length > 0 && (
                <button className="button" type="button" onClick={() => void check()}>
                  Try again
                </button>
              )}
            </>
          ) : (
            <button className="button primary" type="button" onClick={() => void check()}>
              Check camera and microphone
            </button>
          )}
          <button className="button" type="button" disabled={busy} onClick={onDecline}>
            {again ? "Leave the stage" : "Not now"}
          </button>
        </div>
      </div>
      {tracks.camera && (
        <div className="guest-preview">
          <VideoTrack track={tracks.camera} participantId="preview" source="preview" mirrored />
        </div>
      )}
    </section>
  );
}

function LevelMeter({ track }: { track: MediaStreamTrack }) {
  const level = useLevel(track);
  return (
    <label className="level">
      Microphone
      <meter min={0} max={1} value={level} aria-label="Microphone level" />
    </label>
  );
}

function stop({ microphone, camera }: GuestTracks): void {
  microphone?.stop();
  camera?.stop();
}

const opened = <T,>(result: PromiseSettledResult<T>): T | undefined =>
  result.status === "fulfilled" ? result.value : undefined;

const faultOf = (result: PromiseSettledResult<unknown>, device: "camera" | "microphone"): string[] =>
  result.status === "rejected" ? [deviceFault(result.reason, device)] : [];
