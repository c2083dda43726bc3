"use client";
import type { HandStatus, RoomSnapshot } from "@rostrum/protocol";
import { handOf } from "@rostrum/rules";
import { DoorOpen, Hand } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import type { GuestVisit } from "../../live/guest-visit.ts";
import type { RoomConnection } from "../../live/room-connection.ts";
import { useValue } from "../../live/use-value.ts";
import { Notice } from "../../ui/notice.tsx";
import { GuestDoor } from "./guest-door.tsx";
import { StageControls } from "./stage-controls.tsx";

type Props = {
  connection: RoomConnection;
  room: RoomSnapshot;
  self: string;
  visit: GuestVisit;
  /** More buttons beside them. */
  children?: ReactNode;
};

/** The hand, and what comes of it: an invitation, and the controls of somebody on stage. */
export function HandControls({ connection, room, self, visit, children }: Props) {
  const { busy, fault, act } = useAct();
  const { hand } = useTexts().room;
  const stage = useValue(visit.stage);
  const status = handOf(room.hands, self);
  const called = status === "invited" || status === "on-stage";
  useEffect(() => {
    if (!called) visit.leave();
  }, [called, visit]);
  const lower = () => act(() => connection.api.hand.lower.mutate());
  if (stage && called)
    return (
      <StageControls stage={stage}>
        <button className="button danger" type="button" disabled={busy} onClick={lower}>
          <DoorOpen size={18} aria-hidden="true" />
          {hand.leaveStage}
        </button>
        {children}
      </StageControls>
    );
  return (
    <>
      {fault && (
        <div className="controls-fault">
          <Notice kind="bad">{fault}</Notice>
        </div>
      )}
      {called ? (
        <GuestDoor
          again={status === "on-stage"}
          busy={busy}
          onCome={(tracks) => visit.come(tracks)}
          onDecline={lower}
        />
      ) : (
        <HandButton
          status={status}
          busy={busy}
          onRaise={() => act(() => connection.api.hand.raise.mutate())}
          onLower={lower}
        >
          {children}
        </HandButton>
      )}
    </>
  );
}

type ButtonProps = {
  status: HandStatus | undefined;
  busy: boolean;
  onRaise: () => void;
  onLower: () => void;
  children: ReactNode;
};

function HandButton({ status, busy, onRaise, onLower, children }: ButtonProps) {
  const up = status !== undefined;
  const { hand } = useTexts().room;
  return (
    <div className="controls">
      <button
        className="button"
        type="button"
        aria-pressed={up}
        disabled={busy}
        onClick={up ? onLower : onRaise}
      >
        <Hand size={18} aria-hidden="true" />
        {up ? hand.lower : hand.raise}
      </button>
      {children}
      {up && (
        <p className="controls-hint" role="status">
          {hand.seen}
        </p>
      )}
    </div>
  );
}

function useAct() {
  const faults = useFaults();
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const act = (work: () => Promise<unknown>) => {
    setBusy(true);
    setFault(null);
    work()
      .catch((error: unknown) => setFault(faults.of(error).message))
      .finally(() => setBusy(false));
  };
  return { busy, fault, act };
}
