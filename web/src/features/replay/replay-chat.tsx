"use client";
import { useEffect, useRef } from "react";
import type { ReplayPlayer } from "../../live/replay-player.ts";
import type { Conversation } from "./replay.ts";
import { TimeButton } from "./time-button.tsx";
import { useHappened } from "./use-happened.ts";

type Props = { player: ReplayPlayer; messages: Conversation["chat"]; all: boolean };

/** Lines shown at a time. */
const shownLines = 500;

export function ReplayChat({ player, messages, all }: Props) {
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
      aria-label="Chat messages"
      aria-live="off"
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < 40;
      }}
    >
      {messages.length === 0 && <p className="dim">Nobody wrote in the chat.</p>}
      {messages.length > 0 && count === 0 && <p className="dim">Messages appear as they were written.</p>}
      {count > shownLines && <p className="dim small">{count - shownLines} earlier messages</p>}
      {shown.map(({ id, name, text, atMs }) => (
        <div className="said" key={id}>
          <TimeButton player={player} atMs={atMs} what={`message by ${name}`} />
          <p className="chat-line">
            <b>{name}</b>
            {text}
          </p>
        </div>
      ))}
    </div>
  );
}
