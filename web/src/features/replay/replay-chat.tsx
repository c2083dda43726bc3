"use client";
import { useEffect, useRef } from "react";
import { useTexts } from "../../client/language.tsx";
import type { ReplayPlayer } from "../../live/replay-player.ts";
import type { Conversation } from "./replay.ts";
import { TimeButton } from "./time-button.tsx";
import { useHappened } from "./use-happened.ts";

type Props = { player: ReplayPlayer; messages: Conversation["chat"]; all: boolean };

/** Lines shown at a time. */
const shownLines = 500;

export function ReplayChat({ player, messages, all }: Props) {
  const { replay: words, room } = useTexts();
  const count = useHappened(player, messages, all);
  const body = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  useEffect(() => {
    const { current } = body;
    if (current && count > 0 && follows.current && !all) current.scrollTop = current.scrollHeight;
  }, [count, all]);
  const shown = messages.slice(Math.max(0, count - shownLines), count);
  return (
    <div
      ref={body}
      className="panel-body"
      role="log"
      aria-label={room.chat.messages}
      aria-live="off"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < 40;
      }}
    >
      {messages.length === 0 && <p className="dim">{words.noChat}</p>}
      {messages.length > 0 && count === 0 && <p className="dim">{words.chatAppears}</p>}
      {count > shownLines && <p className="dim small">{words.earlier(count - shownLines)}</p>}
      {shown.map(({ id, name, text, atMs }) => (
        <div className="said" key={id}>
          <TimeButton player={player} atMs={atMs} what={words.messageBy(name)} />
          <p className="chat-line">
            <b>{name}</b>
            {text}
          </p>
        </div>
      ))}
    </div>
  );
}
