"use client";
import { LayoutName, type RoomSnapshot } from "@rostrum/protocol";
import { Radio } from "lucide-react";
import { useState } from "react";
import { type Api, wireError } from "../../client/api.ts";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { useMay } from "../account/use-may.ts";
import { ProgrammeNotice } from "./programme-notice.tsx";

const layoutNames: Record<LayoutName, string> = {
  auto: "Automatic",
  grid: "Grid",
  speaker: "Speaker",
  spotlight: "Spotlight",
  share: "Screen",
  side: "Side by side",
  slate: "Back soon",
};

type Props = {
  room: RoomSnapshot;
  api: Api;
  onFault: (fault: string | null) => void;
  onLayout: (layout: LayoutName) => void;
};

/** Going live, ending, and how the programme is laid out. */
export function LiveControls({ room, api, onFault, onLayout }: Props) {
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const mayRun = useMay()("webinar.run");
  const change = async (work: () => Promise<unknown>) => {
    setBusy(true);
    try {
      onFault(null);
      await work();
    } catch (error) {
      onFault(wireError(error).message);
    } finally {
      setBusy(false);
      setAsking(false);
    }
  };
  if (room.phase === "ended" || !mayRun) return null;
  if (room.phase !== "live") {
    return (
      <button
        className="button danger"
        type="button"
        disabled={busy}
        onClick={() => void change(() => api.webinar.goLive.mutate({ id: room.webinarId }))}
      >
        <Radio size={18} aria-hidden="true" />
        Go live
      </button>
    );
  }
  return (
    <>
      <select
        className="button"
        aria-label="Layout"
        value={room.layout}
        onChange={(event) => onLayout(LayoutName.parse(event.target.value))}
      >
        {LayoutName.options.map((layout) => (
          <option key={layout} value={layout}>
            {layoutNames[layout]}
          </option>
        ))}
      </select>
      <button className="button danger" type="button" disabled={busy} onClick={() => setAsking(true)}>
        End webinar
      </button>
      <ConfirmDialog
        open={asking}
        title="End the webinar?"
        confirm="End for everyone"
        onCancel={() => setAsking(false)}
        onConfirm={() => void change(() => api.webinar.end.mutate({ id: room.webinarId }))}
      >
        Everybody leaves the room and the recording is finished. This cannot be undone.
      </ConfirmDialog>
      <ProgrammeNotice api={api} webinarId={room.webinarId} />
    </>
  );
}
