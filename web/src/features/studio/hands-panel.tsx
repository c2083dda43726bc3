"use client";
import type { RoomSnapshot } from "@rostrum/protocol";
import { Hand } from "lucide-react";

/** Raised hands, first come first. */
export function HandsPanel({
  room,
  onLower,
}: {
  room: RoomSnapshot;
  onLower?: (participantId: string) => void;
}) {
  return (
    <div className="panel-body" aria-live="polite">
      {room.hands.length === 0 && <p className="dim">No hands are raised.</p>}
      <ul className="stack-small">
        {room.hands.map((hand) => (
          <li className="item row between" key={hand.participantId} style={{ display: "flex" }}>
            <span className="row">
              <Hand size={18} aria-hidden="true" />
              {hand.name}
            </span>
            {onLower && (
              <button className="button small" type="button" onClick={() => onLower(hand.participantId)}>
                Lower
              </button>
            )}
          </li>
        ))}
      </ul>
    </div>
  );
}
