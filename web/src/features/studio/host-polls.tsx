"use client";
import type { RoomSnapshot } from "@rostrum/protocol";
import { Plus } from "lucide-react";
import { useState } from "react";
import type { Api } from "../../client/api.ts";
import { useFaults, useTexts } from "../../client/language.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PollResults } from "../room/poll-results.tsx";

const maxOptions = 10;

/** Write a poll, launch it, watch and close it. */
export function HostPolls({ room, api }: { room: RoomSnapshot; api: Api }) {
  const { polls: words } = useTexts().studio;
  const faults = useFaults();
  const [question, setQuestion] = useState("");
  const [options, setOptions] = useState(["", ""]);
  const [fault, setFault] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const attempt = async (work: () => Promise<unknown>) => {
    setBusy(true);
    try {
      setFault(null);
      await work();
    } catch (error) {
      setFault(faults.of(error).message);
    } finally {
      setBusy(false);
    }
  };
  const launch = () =>
    attempt(async () => {
      const poll = await api.poll.create.mutate({
        webinarId: room.webinarId,
        question,
        options: options.filter((option) => option.trim() !== ""),
      });
      await api.poll.open.mutate({ pollId: poll.id });
      setQuestion("");
      setOptions(["", ""]);
    });
  return (
    <div className="panel-body">
      {fault && <Notice kind="bad">{fault}</Notice>}
      <form
        className="item"
        onSubmit={(event) => {
          event.preventDefault();
          void launch();
        }}
      >
        <input
          className="input"
          aria-label={words.question}
          placeholder={words.question}
          maxLength={200}
          value={question}
          onChange={(event) => setQuestion(event.target.value)}
        />
        {options.map((option, index) => (
          <input
            // biome-ignore lint/suspicious/noArrayIndexKey: options have no identity of their own while they are typed.
            key={index}
            className="input"
            aria-label={words.option(index + 1)}
            placeholder={words.option(index + 1)}
            maxLength={200}
            value={option}
            onChange={(event) =>
              setOptions(options.map((other, i) => (i === index ? event.target.value : other)))
            }
          />
        ))}
        <div className="row between">
          <button
            className="button small quiet"
            type="button"
            disabled={options.length >= maxOptions}
            onClick={() => setOptions([...options, ""])}
          >
            <Plus size={16} aria-hidden="true" />
            {words.addOption}
          </button>
          <button className="button primary small" type="submit" disabled={busy || question.trim() === ""}>
            {words.launch}
          </button>
        </div>
      </form>
      {[...room.polls].reverse().map((poll) => (
        <article className="item" key={poll.id}>
          <div className="item-head">
            <span>{words.states[poll.status]}</span>
          </div>
          <h3>{poll.question}</h3>
          <PollResults poll={poll} />
          {poll.status === "open" && (
            <button
              className="button small"
              type="button"
              disabled={busy}
              onClick={() => void attempt(() => api.poll.close.mutate({ pollId: poll.id }))}
            >
              {words.close}
            </button>
          )}
        </article>
      ))}
    </div>
  );
}
