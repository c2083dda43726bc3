"use client";
import { CheckCheck } from "lucide-react";
import { useTexts } from "../../client/language.tsx";
import type { ReplayPlayer } from "../../live/replay-player.ts";
import { useValue } from "../../live/use-value.ts";
import type { Conversation } from "./replay.ts";
import { TimeButton } from "./time-button.tsx";
import { useHappened } from "./use-happened.ts";

type Props = { player: ReplayPlayer; questions: Conversation["questions"]; all: boolean };

export function ReplayQuestions({ player, questions, all }: Props) {
  const { replay: words } = useTexts();
  const count = useHappened(player, questions, all);
  return (
    <div className="panel-body">
      {questions.length === 0 && <p className="dim">{words.noQuestions}</p>}
      {questions.length > 0 && count === 0 && <p className="dim">{words.questionsAppear}</p>}
      {questions.slice(0, count).map((question) => (
        <Asked key={question.id} player={player} question={question} all={all} />
      ))}
    </div>
  );
}

function Asked({
  player,
  question,
  all,
}: {
  player: ReplayPlayer;
  question: Conversation["questions"][number];
  all: boolean;
}) {
  const { positionMs } = useValue(player.state);
  const { replay: words, room } = useTexts();
  const { name, text, upvotes, atMs, answeredMs } = question;
  const answered = answeredMs !== null && (all || answeredMs <= positionMs);
  return (
    <article className="item">
      <div className="item-head">
        <span>{name}</span>
        <TimeButton player={player} atMs={atMs} what={words.questionBy(name)} />
      </div>
      <p>{text}</p>
      <div className="row">
        <span className="dim small number">{room.questions.upvotes(upvotes)}</span>
        {answered && (
          <>
            <span className="badge good">
              <CheckCheck size={14} aria-hidden="true" />
              {room.questions.answered}
            </span>
            <TimeButton player={player} atMs={answeredMs} what={words.answer} />
          </>
        )}
      </div>
    </article>
  );
}
