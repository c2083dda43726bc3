import type { RoomSnapshot, StageMember } from "@rostrum/protocol";
import type { ReactNode } from "react";
import { reachSummary } from "./reach-summary.ts";

type Props = { room: RoomSnapshot; members: StageMember[]; children?: ReactNode };

/** Who is on stage, and how many watch on which tier; then what a host has beside it. */
export function PeoplePanel({ room, members, children }: Props) {
  const reach = reachSummary(room.presence.paths);
  const { relieved = 0 } = room.presence;
  return (
    <div className="panel-body">
      <section className="stack-small">
        <h3>On stage</h3>
        {members.length === 0 && <p className="dim">Nobody sends picture or sound yet.</p>}
        <ul className="stack-small">
          {members.map((member) => (
            <li className="row between" key={member.participantId}>
              <span>{member.name}</span>
              <span className="dim small">{member.sources.join(", ")}</span>
            </li>
          ))}
        </ul>
      </section>
      <section className="stack-small">
        <h3>Audience</h3>
        <p className="number">{room.presence.webrtc} interactive</p>
        <p className="number">{room.presence.hls} on the broadcast</p>
        {relieved > 0 && (
          <p className="number">
            {relieved} of them moved there because a server was overloaded: start another edge
          </p>
        )}
        {reach && (
          <>
            <p className="number">{reach.title}</p>
            <ul className="dim small number">
              {reach.details.map((line) => (
                <li key={line}>{line}</li>
              ))}
            </ul>
          </>
        )}
      </section>
      {children}
    </div>
  );
}
