"use client";
import type { RoomSnapshot } from "@rostrum/protocol";
import { useState } from "react";
import { type Api, wireError } from "../../client/api.ts";
import { Notice } from "../../ui/notice.tsx";

export function ChatPanel({ room, api }: { room: RoomSnapshot; api: Api }) {
  const [text, setText] = useState("");
  const [draftId, setDraftId] = useState(() => crypto.randomUUID());
  const [fault, setFault] = useState<string | null>(null);
  const send = async () => {
    try {
      await api.chat.post.mutate({ id: draftId, text });
      setText("");
      setDraftId(crypto.randomUUID());
      setFault(null);
    } catch (error) {
      setFault(wireError(error).message);
    }
  };
  return (
    <>
      <div className="panel-body" role="log" aria-label="Chat messages">
        {room.chat.length === 0 && <p className="dim">Say hello.</p>}
        {room.chat.map((message) => (
          <p className="chat-line" key={message.id}>
            <b>{message.name}</b>
            {message.text}
          </p>
        ))}
      </div>
      <form
        className="panel-foot"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {fault && <Notice kind="bad">{fault}</Notice>}
        <div className="inline-form">
          <input
            className="input"
            aria-label="Message"
            placeholder="Message"
            maxLength={1000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button className="button" type="submit" disabled={text.trim() === ""}>
            Send
          </button>
        </div>
      </form>
    </>
  );
}
