"use client";
import { Mic, MicOff, MonitorUp, MonitorX, Video, VideoOff } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import { type DeviceFault, deviceFault, openCamera, openMicrophone, openScreen } from "../../live/devices.ts";
import type { StageConnection } from "../../live/stage-connection.ts";
import { useValue } from "../../live/use-value.ts";
import { Notice } from "../../ui/notice.tsx";

/** Camera, microphone, screen. Nothing is captured before the click. */
export function StageControls({ stage, children }: { stage: StageConnection; children?: ReactNode }) {
  const { local, fault: stageFault } = useValue(stage.state);
  const { controls, devices } = useTexts().room;
  const faults = useFaults();
  const [fault, setFault] = useState<DeviceFault | null>(null);
  const [busy, setBusy] = useState(false);
  const camera = local.find(({ source }) => source === "camera");
  const microphone = local.find(({ source }) => source === "microphone");
  const screen = local.find(({ source }) => source === "screen");

  const attempt = (device: DeviceFault["device"], work: () => Promise<void>) => {
    setBusy(true);
    setFault(null);
    work()
      .catch((error: unknown) => setFault(deviceFault(error, device)))
      .finally(() => setBusy(false));
  };
  const toggleCamera = () =>
    attempt("camera", async () =>
      camera ? stage.remove("camera") : stage.add("camera", await openCamera()),
    );
  const toggleMicrophone = () =>
    attempt("microphone", async () => {
      if (microphone) await stage.setPaused("microphone", !microphone.paused);
      else await stage.add("microphone", await openMicrophone());
    });
  const toggleScreen = () =>
    attempt("screen", async () => {
      if (screen) {
        await stage.remove("screen");
        await stage.remove("screen-audio");
        return;
      }
      const { video, audio } = await openScreen();
      await stage.add("screen", video);
      if (audio) await stage.add("screen-audio", audio);
    });
  const shown = fault ? devices[fault.device][fault.why] : stageFault && faults.said(stageFault);
  const muted = !microphone || microphone.paused;
  return (
    <>
      {shown && (
        <div style={{ padding: "0 16px" }}>
          <Notice kind="bad">{shown}</Notice>
        </div>
      )}
      <div className="controls">
        <button className="button" type="button" disabled={busy} onClick={toggleMicrophone}>
          {muted ? <MicOff size={18} aria-hidden="true" /> : <Mic size={18} aria-hidden="true" />}
          {muted ? controls.unmute : controls.mute}
        </button>
        <button className="button" type="button" disabled={busy} onClick={toggleCamera}>
          {camera ? <Video size={18} aria-hidden="true" /> : <VideoOff size={18} aria-hidden="true" />}
          {camera ? controls.cameraOff : controls.cameraOn}
        </button>
        <button
          className="button"
          type="button"
          disabled={busy}
          aria-pressed={screen !== undefined}
          onClick={toggleScreen}
        >
          {screen ? <MonitorX size={18} aria-hidden="true" /> : <MonitorUp size={18} aria-hidden="true" />}
          {screen ? controls.stopSharing : controls.share}
        </button>
        {children}
      </div>
    </>
  );
}
