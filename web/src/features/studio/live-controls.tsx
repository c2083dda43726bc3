"use client";
import { LayoutName, type RoomSnapshot } from "@rostrum/protocol";
import { Radio } from "lucide-react";
import { useState } from "react";
import type { Api } from "../../client/api.ts";
import { useFaults, useTexts } from "../../client/language.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { useMay } from "../account/use-may.ts";
import { ProgrammeNotice } from "./programme-notice.tsx";

type Props = {
  room: RoomSnapshot;
  api: Api;
  onFault: (fault: string | null) => void;
  onLayout: (layout: LayoutName) => void;
};

/** Going live, ending, and how the programme is laid out. */
export function LiveControls({ room, api, onFault, onLayout }: Props) {
  const { live: words } = useTexts().studio;
  const faults = useFaults();
  const [asking, setAsking] = useState(false);
  const [busy, setBusy] = useState(false);
  const mayRun = useMay()("webinar.run");
  const change = async (work: () => Promise<unknown>) => {
    setBusy(true);
    try {
      onFault(null);
      await work();
    } catch (error) {
      onFault(faults.of(error).message);
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
        {words.go}
      </button>
    );
  }
  return (
    <>
      <select
        className="button"
        aria-label={words.layout}
        value={room.layout}
        onChange={(event) => onLayout(LayoutName.parse(event.target.value))}
      >
        {LayoutName.options.map((layout) => (
          <option key={layout} value={layout}>
            {words.layouts[layout]}
          </option>
        ))}
      </select>
      <button className="button danger" type="button" disabled={busy} onClick={() => setAsking(true)}>
        {words.end}
      </button>
      <ConfirmDialog
        open={asking}
        title={words.endTitle}
        confirm={words.endForAll}
        onCancel={() => setAsking(false)}
        onConfirm={() => void change(() => api.webinar.end.mutate({ id: room.webinarId }))}
      >
        {words.endText}
      </ConfirmDialog>
      <ProgrammeNotice api={api} webinarId={room.webinarId} />
    </>
  );
}
