"use client";
import type { Hand, RoomSnapshot } from "@rostrum/protocol";
import { Hand as HandIcon, Radio } from "lucide-react";
import { useTexts } from "../../client/language.tsx";

type Props = {
  room: RoomSnapshot;
  /** For hosts. */
  onInvite?: (participantId: string) => void;
  onLower?: (participantId: string) => void;
};

/** Guests on stage, and raised hands, first come first. */
export function HandsPanel({ room, onInvite, onLower }: Props) {
  const { hands: words } = useTexts().studio;
  const guests = room.hands.filter(({ status }) => status === "on-stage");
  const queue = room.hands.filter(({ status }) => status !== "on-stage");
  return (
    <div className="panel-body stack" aria-live="polite">
      {guests.length > 0 && (
        <section className="stack-small" aria-label={words.guests}>
          <h3 className="panel-heading">{words.guests}</h3>
          <ul className="stack-small">
            {guests.map((hand) => (
              <HandRow key={hand.participantId} hand={hand}>
                {onLower && (
                  <button className="button small" type="button" onClick={() => onLower(hand.participantId)}>
                    {words.takeOff}
                  </button>
                )}
              </HandRow>
            ))}
          </ul>
        </section>
      )}
      {queue.length === 0 && <p className="dim">{words.empty}</p>}
      <ul className="stack-small">
        {queue.map((hand) => (
          <HandRow key={hand.participantId} hand={hand}>
            {onInvite && hand.status === "raised" && (
              <button
                className="button small primary"
                type="button"
                onClick={() => onInvite(hand.participantId)}
              >
                {words.invite}
              </button>
            )}
            {onLower && (
              <button className="button small" type="button" onClick={() => onLower(hand.participantId)}>
                {hand.status === "raised" ? words.lower : words.takeBack}
              </button>
            )}
          </HandRow>
        ))}
      </ul>
    </div>
  );
}

function HandRow({ hand, children }: { hand: Hand; children: React.ReactNode }) {
  const { hands: words } = useTexts().studio;
  const Icon = hand.status === "on-stage" ? Radio : HandIcon;
  return (
    <li className="item hand-row">
      <span className="row">
        <Icon size={18} aria-hidden="true" />
        <span>
          {hand.name}
          {hand.status === "invited" && <small className="dim"> {words.invited}</small>}
        </span>
      </span>
      <span className="row">{children}</span>
    </li>
  );
}
