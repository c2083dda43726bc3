"use client";
import type { Question, RoomSnapshot } from "@rostrum/protocol";
import { ArrowUp, CheckCheck } from "lucide-react";
import { useState } from "react";
import type { Api } from "../../client/api.ts";
import { useFaults, useTexts } from "../../client/language.tsx";
import { Notice } from "../../ui/notice.tsx";

type Props = {
  room: RoomSnapshot;
  api: Api;
  canAsk: boolean;
  host?: {
    markAnswered: (questionId: string) => Promise<unknown>;
    dismiss: (questionId: string) => Promise<unknown>;
  };
};

/** Open questions first, most wanted on top; answered ones below. */
const ordered = (questions: Question[]): Question[] =>
  [...questions].sort(
    (a, b) =>
      Number(a.status === "answered") - Number(b.status === "answered") ||
      b.upvotes - a.upvotes ||
      a.askedAt - b.askedAt,
  );

export function QuestionsPanel({ room, api, canAsk, host }: Props) {
  const { questions: words } = useTexts().room;
  const faults = useFaults();
  const [text, setText] = useState("");
  const [draftId, setDraftId] = useState(() => crypto.randomUUID());
  const [upvoted, setUpvoted] = useState<ReadonlySet<string>>(new Set());
  const [fault, setFault] = useState<string | null>(null);
  const attempt = async (work: () => Promise<unknown>) => {
    try {
      setFault(null);
      await work();
    } catch (error) {
      setFault(faults.of(error).message);
    }
  };
  const ask = () =>
    attempt(async () => {
      await api.question.ask.mutate({ id: draftId, text });
      setText("");
      setDraftId(crypto.randomUUID());
    });
  const vote = (questionId: string) =>
    attempt(async () => {
      const up = !upvoted.has(questionId);
      if (up) await api.question.upvote.mutate({ questionId });
      else await api.question.withdrawUpvote.mutate({ questionId });
      setUpvoted((current) =>
        up ? new Set([...current, questionId]) : new Set([...current].filter((id) => id !== questionId)),
      );
    });
  const questions = ordered(room.questions);
  return (
    <>
      <div className="panel-body">
        {fault && <Notice kind="bad">{fault}</Notice>}
        {questions.length === 0 && (
          <p className="dim">
            {words.empty}
            {canAsk ? ` ${words.askFirst}` : ""}
          </p>
        )}
        {questions.map((question) => (
          <article className="item" key={question.id}>
            <div className="item-head">
              <span>{question.name}</span>
              {question.status === "answered" && (
                <span className="badge good">
                  <CheckCheck size={14} aria-hidden="true" />
                  {words.answered}
                </span>
              )}
            </div>
            <p>{question.text}</p>
            <div className="row">
              {canAsk ? (
                <button
                  className="button small"
                  type="button"
                  aria-pressed={upvoted.has(question.id)}
                  onClick={() => void vote(question.id)}
                >
                  <ArrowUp size={16} aria-hidden="true" />
                  {words.upvote} <span className="number">{question.upvotes}</span>
                </button>
              ) : (
                <span className="dim small number">{words.upvotes(question.upvotes)}</span>
              )}
              {host && question.status === "open" && (
                <>
                  <button
                    className="button small"
                    type="button"
                    onClick={() => void attempt(() => host.markAnswered(question.id))}
                  >
                    {words.markAnswered}
                  </button>
                  <button
                    className="button small quiet"
                    type="button"
                    onClick={() => void attempt(() => host.dismiss(question.id))}
                  >
                    {words.dismiss}
                  </button>
                </>
              )}
            </div>
          </article>
        ))}
      </div>
      {canAsk && (
        <form
          className="panel-foot"
          onSubmit={(event) => {
            event.preventDefault();
            void ask();
          }}
        >
          <div className="inline-form">
            <input
              className="input"
              aria-label={words.ask}
              placeholder={words.ask}
              maxLength={500}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <button className="button primary" type="submit" disabled={text.trim() === ""}>
              {words.send}
            </button>
          </div>
        </form>
      )}
    </>
  );
}
