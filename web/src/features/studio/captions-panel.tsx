"use client";
import type { RoomSnapshot } from "@rostrum/protocol";
import { useState } from "react";
import { type Api, wireError } from "../../client/api.ts";
import { CopyField } from "../../ui/copy-field.tsx";
import { Notice } from "../../ui/notice.tsx";

type Props = { room: RoomSnapshot; api: Api; hostApi?: Api | undefined };

/** Captions by hand: each line is shown to everybody as soon as Enter is pressed. A service writes by a key. */
export function CaptionsPanel({ room, api, hostApi }: Props) {
  const [text, setText] = useState("");
  const [id, setId] = useState(() => crypto.randomUUID());
  const [said, setSaid] = useState<{ id: string; text: string }[]>([]);
  const [fault, setFault] = useState<string | null>(null);
  const [service, setService] = useState<{ key: string; url: string } | null>(null);
  const live = room.phase === "live";
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      setFault(null);
      await work();
    } catch (error) {
      setFault(wireError(error).message);
    }
  };
  const say = () =>
    attempt(async () => {
      await api.caption.say.mutate({ id, text });
      setSaid((lines) => [...lines.slice(-30), { id, text }]);
      setText("");
      setId(crypto.randomUUID());
    });
  return (
    <>
      <div className="panel-body">
        {fault && <Notice kind="bad">{fault}</Notice>}
        {!live && <p className="dim">Captions can be written while the webinar is live.</p>}
        {live && said.length === 0 && (
          <p className="dim">Write what is said, line by line. Attendees see each line at once.</p>
        )}
        <div role="log" aria-label="Captions" className="stack-small">
          {said.map((line) => (
            <p key={line.id}>{line.text}</p>
          ))}
        </div>
        {hostApi && (
          <details>
            <summary>Captioning service</summary>
            <div className="stack">
              <p className="help">
                A captioner's or speech recognition program sends lines as JSON to the address, with the key
                as bearer token. A new key makes the one before worthless.
              </p>
              {service && (
                <>
                  <CopyField label="Address" value={service.url} />
                  <CopyField label="Key, shown once" value={service.key} />
                </>
              )}
              <button
                className="button small"
                type="button"
                onClick={() =>
                  void attempt(async () =>
                    setService(await hostApi.caption.newKey.mutate({ webinarId: room.webinarId })),
                  )
                }
              >
                Make a new key
              </button>
            </div>
          </details>
        )}
      </div>
      <form
        className="panel-foot"
        onSubmit={(event) => {
          event.preventDefault();
          void say();
        }}
      >
        <div className="inline-form">
          <input
            className="input"
            aria-label="Caption line"
            placeholder="What is being said"
            maxLength={500}
            disabled={!live}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button className="button" type="submit" disabled={!live || text.trim() === ""}>
            Show
          </button>
        </div>
      </form>
    </>
  );
}
