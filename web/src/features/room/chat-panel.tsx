"use client";
import type { RoomSnapshot } from "@rostrum/protocol";
import { useState } from "react";
import type { Api } from "../../client/api.ts";
import { useFaults, useTexts } from "../../client/language.tsx";
import { Notice } from "../../ui/notice.tsx";

export function ChatPanel({ room, api }: { room: RoomSnapshot; api: Api }) {
  const { chat } = useTexts().room;
  const faults = useFaults();
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
      setFault(faults.of(error).message);
    }
  };
  return (
    <>
      <div className="panel-body" role="log" aria-label={chat.messages}>
        {room.chat.length === 0 && <p className="dim">{chat.empty}</p>}
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
            aria-label={chat.message}
            placeholder={chat.message}
            maxLength={1000}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button className="button" type="submit" disabled={text.trim() === ""}>
            {chat.send}
          </button>
        </div>
      </form>
    </>
  );
}
