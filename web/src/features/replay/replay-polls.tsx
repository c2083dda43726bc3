"use client";
import { useTexts } from "../../client/language.tsx";
import type { ReplayPlayer } from "../../live/replay-player.ts";
import { useValue } from "../../live/use-value.ts";
import { PollResults } from "../room/poll-results.tsx";
import type { Conversation } from "./replay.ts";
import { TimeButton } from "./time-button.tsx";
import { useHappened } from "./use-happened.ts";

type Props = { player: ReplayPlayer; polls: Conversation["polls"]; all: boolean };

export function ReplayPolls({ player, polls, all }: Props) {
  const { replay: words } = useTexts();
  const count = useHappened(player, polls, all);
  return (
    <div className="panel-body">
      {polls.length === 0 && <p className="dim">{words.noPolls}</p>}
      {polls.length > 0 && count === 0 && <p className="dim">{words.pollsAppear}</p>}
      {polls.slice(0, count).map((one) => (
        <Held key={one.poll.id} player={player} held={one} all={all} />
      ))}
    </div>
  );
}

/** Open as it was then, with its results once it was closed. */
function Held({
  player,
  held,
  all,
}: {
  player: ReplayPlayer;
  held: Conversation["polls"][number];
  all: boolean;
}) {
  const { positionMs } = useValue(player.state);
  const { replay: words } = useTexts();
  const { poll, atMs, closedMs } = held;
  const over = all || closedMs === null || closedMs <= positionMs;
  return (
    <article className="item">
      <div className="item-head">
        <h3 style={{ color: "var(--text)" }}>{poll.question}</h3>
        <TimeButton player={player} atMs={atMs} what={words.poll} />
      </div>
      {over ? (
        <PollResults poll={poll} />
      ) : (
        <>
          <ul className="stack-small">
            {poll.options.map(({ id, text }) => (
              <li key={id}>{text}</li>
            ))}
          </ul>
          <p className="dim small">{words.voteOpen}</p>
        </>
      )}
    </article>
  );
}
