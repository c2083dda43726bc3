"use client";
import { type ReactNode, useState } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import { type DeviceFault, deviceFault, openCamera } from "../../live/devices.ts";
import { Brand } from "../../ui/brand.tsx";
import { LanguageChoice } from "../../ui/language-choice.tsx";
import { Notice } from "../../ui/notice.tsx";
import { VideoTrack } from "../room/media-tile.tsx";

type Props = {
  title: string;
  name: string;
  fault: string | null;
  connecting: boolean;
  /** For guests: what they are invited for, and their answer. */
  invitation?: ReactNode;
  /** They said no: nobody enters. */
  closed?: boolean;
  onEnter: () => void;
};

/** Before the stage: see yourself first, then enter. The preview is given back; the studio opens devices on its own clicks. */
export function StudioDoor({ title, name, fault, connecting, invitation, closed = false, onEnter }: Props) {
  const { studio, room } = useTexts();
  const { door } = studio;
  const faults = useFaults();
  const [preview, setPreview] = useState<MediaStreamTrack | null>(null);
  const [deviceMessage, setDeviceMessage] = useState<DeviceFault | null>(null);
  const check = async () => {
    try {
      setPreview(await openCamera());
      setDeviceMessage(null);
    } catch (error) {
      setDeviceMessage(deviceFault(error, "camera"));
    }
  };
  const enter = () => {
    preview?.stop();
    onEnter();
  };
  return (
    <main className="narrow page stack-large" data-connection={connecting ? "connecting" : "idle"}>
      <Brand />
      <div className="card stack">
        <h1>{title}</h1>
        <p className="dim">{door.enterAs(name)}</p>
        {invitation}
        {preview && (
          <div className="stage" style={{ borderRadius: 12 }}>
            <VideoTrack track={preview} participantId="preview" source="preview" mirrored />
          </div>
        )}
        {deviceMessage && (
          <Notice kind="warn">{room.devices[deviceMessage.device][deviceMessage.why]}</Notice>
        )}
        {fault && <Notice kind="bad">{faults.said(fault)}</Notice>}
        {!closed && (
          <button className="button primary wide" type="button" disabled={connecting} onClick={enter}>
            {connecting ? door.entering : door.enter}
          </button>
        )}
        {!preview && !closed && (
          <button className="button wide" type="button" onClick={() => void check()}>
            {door.checkCamera}
          </button>
        )}
      </div>
      <LanguageChoice />
    </main>
  );
}
