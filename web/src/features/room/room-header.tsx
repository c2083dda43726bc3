"use client";
import type { RoomSnapshot } from "@rostrum/protocol";
import { useTexts } from "../../client/language.tsx";
import type { Connection } from "../../live/room-connection.ts";
import { Brand } from "../../ui/brand.tsx";
import { BrandMark } from "../../ui/brand-mark.tsx";
import { BrandStyle } from "../../ui/brand-style.tsx";
import { LanguageChoice } from "../../ui/language-choice.tsx";
import { PhaseBadge } from "../../ui/phase-badge.tsx";

/** Title, phase, how many watch, and whether we are connected. */
export function RoomHeader({ room, connection }: { room: RoomSnapshot; connection: Connection }) {
  const { room: words } = useTexts();
  const watching = room.presence.webrtc + room.presence.hls;
  return (
    <header className="room-bar">
      <BrandStyle accent={room.brand?.accent ?? null} />
      {room.brand?.logo ? <BrandMark name={room.brand.name} logo={room.brand.logo} /> : <Brand />}
      <h1 className="room-title" lang={room.locale}>
        {room.title}
      </h1>
      <div className="room-state">
        <span role="status" className="small">
          {connection === "reconnecting" ? words.reconnecting : ""}
        </span>
        <span className="dim small number">{words.watching(watching)}</span>
        <LanguageChoice />
        <PhaseBadge phase={room.phase} />
      </div>
    </header>
  );
}
