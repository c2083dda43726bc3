"use client";
import { useEffect, useRef, useState } from "react";
import { useTexts } from "../../client/language.tsx";
import { type DeviceFault, deviceFault, openCamera, openMicrophone } from "../../live/devices.ts";
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
  const { guest, hand, devices } = useTexts().room;
  const { player } = useTexts();
  const [tracks, setTracks] = useState<GuestTracks>(none);
  const [checked, setChecked] = useState(false);
  const [faults, setFaults] = useState<DeviceFault[]>([]);
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
          <h2 id="guest-door-title">{again ? guest.onStage : guest.invited}</h2>
        </div>
        <p className="dim">{again ? guest.again : guest.look}</p>
        {faults.map(({ device, why }) => (
          <Notice kind="warn" key={device}>
            {devices[device][why]}
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
                {guest.come}
              </button>
              {tracks.camera && (
                <button className="button" type="button" onClick={dropCamera}>
                  {guest.withoutCamera}
                </button>
              )}
              {faults.length > 0 && (
                <button className="button" type="button" onClick={() => void check()}>
                  {player.tryAgain}
                </button>
              )}
            </>
          ) : (
            <button className="button primary" type="button" onClick={() => void check()}>
              {guest.check}
            </button>
          )}
          <button className="button" type="button" disabled={busy} onClick={onDecline}>
            {again ? hand.leaveStage : guest.notNow}
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
  const { guest } = useTexts().room;
  return (
    <label className="level">
      {guest.microphone}
      <meter min={0} max={1} value={level} aria-label={guest.level} />
    </label>
  );
}

function stop({ microphone, camera }: GuestTracks): void {
  microphone?.stop();
  camera?.stop();
}

const opened = <T,>(result: PromiseSettledResult<T>): T | undefined =>
  result.status === "fulfilled" ? result.value : undefined;

const faultOf = (result: PromiseSettledResult<unknown>, device: "camera" | "microphone"): DeviceFault[] =>
  result.status === "rejected" ? [deviceFault(result.reason, device)] : [];
