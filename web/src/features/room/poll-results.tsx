"use client";
import type { Poll } from "@rostrum/protocol";
import { shares } from "@rostrum/rules";
import { useTexts } from "../../client/language.tsx";

/** The tally: a bar and a count for each option. */
export function PollResults({ poll }: { poll: Poll }) {
  const { counts, voters } = poll.tally;
  const { room, tag } = useTexts();
  const words = room.poll;
  const percent = shares(
    poll.tally,
    poll.options.map(({ id }) => id),
  );
  return (
    <div className="stack-small">
      {poll.options.map((option, i) => {
        const count = counts[option.id] ?? 0;
        const share = percent[i] ?? 0;
        return (
          <div key={option.id} className="stack-small">
            <div className="row between small">
              <span>{option.text}</span>
              <span className="number dim">
                {count.toLocaleString(tag)} · {share} %
              </span>
            </div>
            <div className="bar" aria-hidden="true">
              <span style={{ width: `${share}%` }} />
            </div>
          </div>
        );
      })}
      <p className="dim small number">{words.votes(voters)}</p>
    </div>
  );
}
