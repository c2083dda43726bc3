"use client";
import type { Poll, RoomSnapshot } from "@rostrum/protocol";
import { useState } from "react";
import type { Api } from "../../client/api.ts";
import { useFaults, useTexts } from "../../client/language.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PollResults } from "./poll-results.tsx";

function Ballot({ poll, api, onVoted }: { poll: Poll; api: Api; onVoted: () => void }) {
  const { poll: words } = useTexts().room;
  const faults = useFaults();
  const [choice, setChoice] = useState<string | null>(null);
  const [fault, setFault] = useState<string | null>(null);
  const [sending, setSending] = useState(false);
  const vote = async () => {
    if (!choice) return;
    setSending(true);
    try {
      await api.poll.vote.mutate({ pollId: poll.id, optionId: choice, retry: true });
      onVoted();
    } catch (error) {
      const wire = faults.of(error);
      if (wire.code === "poll.already-voted") onVoted();
      else setFault(wire.message);
    } finally {
      setSending(false);
    }
  };
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        void vote();
      }}
    >
      {fault && <Notice kind="bad">{fault}</Notice>}
      <div role="radiogroup" aria-label={poll.question} className="stack-small">
        {poll.options.map((option) => (
          <label className="option" key={option.id}>
            <input
              type="radio"
              name={poll.id}
              value={option.id}
              checked={choice === option.id}
              onChange={() => setChoice(option.id)}
            />
            {option.text}
          </label>
        ))}
      </div>
      <button className="button primary" type="submit" disabled={!choice || sending}>
        {words.vote}
      </button>
    </form>
  );
}

/** Polls as the audience sees them: vote once, then watch the tally. */
export function PollPanel({ room, api }: { room: RoomSnapshot; api: Api }) {
  const [voted, setVoted] = useState<ReadonlySet<string>>(new Set());
  const { poll: words } = useTexts().room;
  const polls = room.polls.filter((poll) => poll.status !== "draft").reverse();
  return (
    <div className="panel-body" aria-live="polite">
      {polls.length === 0 && <p className="dim">{words.empty}</p>}
      {polls.map((poll) => (
        <article className="item" key={poll.id}>
          <h3>{poll.question}</h3>
          {poll.status === "open" && !voted.has(poll.id) ? (
            <Ballot
              poll={poll}
              api={api}
              onVoted={() => setVoted((current) => new Set([...current, poll.id]))}
            />
          ) : (
            <>
              {voted.has(poll.id) && <Notice kind="good">{words.counted}</Notice>}
              <PollResults poll={poll} />
              {poll.status === "closed" && <p className="dim small">{words.closed}</p>}
            </>
          )}
        </article>
      ))}
    </div>
  );
}
