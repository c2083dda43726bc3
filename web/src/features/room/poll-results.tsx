import type { Poll } from "@rostrum/protocol";

/** The tally: a bar and a count for each option. */
export function PollResults({ poll }: { poll: Poll }) {
  const { counts, voters } = poll.tally;
  return (
    <div className="stack-small">
      {poll.options.map((option) => {
        const count = counts[option.id] ?? 0;
        const share = voters > 0 ? Math.round((count / voters) * 100) : 0;
        return (
          <div key={option.id} className="stack-small">
            <div className="row between small">
              <span>{option.text}</span>
              <span className="number dim">
                {count} · {share} %
              </span>
            </div>
            <div className="bar" aria-hidden="true">
              <span style={{ width: `${share}%` }} />
            </div>
          </div>
        );
      })}
      <p className="dim small number">{voters === 1 ? "1 vote" : `${voters} votes`}</p>
    </div>
  );
}
