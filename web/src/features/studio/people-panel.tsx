import type { RoomSnapshot, StageMember } from "@rostrum/protocol";
import { reachSummary } from "./reach-summary.ts";

/** Who is on stage, and how many watch on which tier. */
export function PeoplePanel({ room, members }: { room: RoomSnapshot; members: StageMember[] }) {
  const reach = reachSummary(room.presence.paths);
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
    </div>
  );
}
