"use client";
import type { RoomSnapshot, StageMember } from "@rostrum/protocol";
import type { ReactNode } from "react";
import { useTexts } from "../../client/language.tsx";
import { reachSummary } from "./reach-summary.ts";

type Props = { room: RoomSnapshot; members: StageMember[]; children?: ReactNode };

/** Who is on stage, and how many watch on which tier; then what a host has beside it. */
export function PeoplePanel({ room, members, children }: Props) {
  const { studio } = useTexts();
  const { people: words } = studio;
  const reach = reachSummary(room.presence.paths, studio.reach);
  const { relieved = 0 } = room.presence;
  return (
    <div className="panel-body">
      <section className="stack-small">
        <h3>{words.onStage}</h3>
        {members.length === 0 && <p className="dim">{words.nobody}</p>}
        <ul className="stack-small">
          {members.map((member) => (
            <li className="row between" key={member.participantId}>
              <span>{member.name}</span>
              <span className="dim small">
                {member.sources.map((source) => words.sources[source]).join(", ")}
              </span>
            </li>
          ))}
        </ul>
      </section>
      <section className="stack-small">
        <h3>{words.audience}</h3>
        <p className="number">{words.interactive(room.presence.webrtc)}</p>
        <p className="number">{words.onBroadcast(room.presence.hls)}</p>
        {relieved > 0 && <p className="number">{words.relieved(relieved)}</p>}
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
