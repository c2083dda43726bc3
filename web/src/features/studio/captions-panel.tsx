"use client";
import type { RoomSnapshot } from "@rostrum/protocol";
import { useState } from "react";
import type { Api } from "../../client/api.ts";
import { useFaults, useTexts } from "../../client/language.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { Notice } from "../../ui/notice.tsx";

type Props = { room: RoomSnapshot; api: Api; hostApi?: Api | undefined };

/** Captions by hand: each line is shown to everybody as soon as Enter is pressed. A service writes by a key. */
export function CaptionsPanel({ room, api, hostApi }: Props) {
  const { captions: words } = useTexts().studio;
  const faults = useFaults();
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
      setFault(faults.of(error).message);
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
        {!live && <p className="dim">{words.notLive}</p>}
        {live && said.length === 0 && <p className="dim">{words.howTo}</p>}
        <div role="log" aria-label={words.log} className="stack-small">
          {said.map((line) => (
            <p key={line.id}>{line.text}</p>
          ))}
        </div>
        {hostApi && (
          <details>
            <summary>{words.service}</summary>
            <div className="stack">
              <p className="help">{words.serviceText}</p>
              {service && (
                <>
                  <CopyField label={words.address} value={service.url} />
                  <CopyField label={words.keyOnce} value={service.key} />
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
                {words.newKey}
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
            aria-label={words.line}
            placeholder={words.said}
            maxLength={500}
            disabled={!live}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
          <button className="button" type="submit" disabled={!live || text.trim() === ""}>
            {words.show}
          </button>
        </div>
      </form>
    </>
  );
}
