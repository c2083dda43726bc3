import { ColumnChart } from "../../../ui/charts/column-chart.tsx";
import { ShareList } from "../../../ui/charts/share-list.tsx";
import { WideRegion } from "../../../ui/wide-region.tsx";
import { minutesText, percent, whole } from "./format.ts";
import type { Report } from "./report.ts";

export function EngagementCard({ engagement, weights }: Report) {
  const formula = Object.entries(weights)
    .map(([name, weight]) => `${name} ${weight}`)
    .join(", ");
  return (
    <section className="card stack" aria-labelledby="engagement">
      <div className="card-head">
        <h2 id="engagement">Engagement</h2>
        {engagement && <span className="dim small number">mean score {engagement.mean} of 100</span>}
      </div>
      {!engagement ? (
        <p className="dim">
          Too many registrants to score while you wait: the attendance export has every score.
        </p>
      ) : engagement.count === 0 ? (
        <p className="dim">Scores appear when the first attendee has come.</p>
      ) : (
        <ColumnChart
          label={`Attendees by score: ${engagement.spread.map((count, at) => `${at * 20} to ${at * 20 + 20}: ${count}`).join(", ")}`}
          columns={engagement.spread.map((count, at) => ({
            key: String(at),
            name: `${at * 20}–${at === 4 ? 100 : at * 20 + 19}`,
            value: count,
            title: `${count} attendees`,
          }))}
        />
      )}
      <p className="help">
        Weights: {formula}. The formula is public: anyone can recompute every score from the raw events.
      </p>
    </section>
  );
}

export function MostEngagedCard({ engagement }: Report) {
  if (!engagement || engagement.most.length === 0) return null;
  return (
    <section className="card flush" aria-labelledby="most-engaged">
      <div style={{ padding: "24px 24px 12px" }}>
        <h2 id="most-engaged">Took part most</h2>
      </div>
      <WideRegion label="Who took part most">
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Stayed</th>
              <th scope="col">Score</th>
            </tr>
          </thead>
          <tbody>
            {engagement.most.map(({ id, name, email, score, duringMs }) => (
              <tr key={id}>
                <td className="ellipsis">
                  {name}
                  <div className="dim small">{email}</div>
                </td>
                <td className="number">{minutesText(duringMs)}</td>
                <td className="number">
                  <strong>{score}</strong>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </WideRegion>
    </section>
  );
}

export function PollsCard({ polls, totals }: Report) {
  return (
    <section className="card stack" aria-labelledby="polls">
      <h2 id="polls">Polls</h2>
      {polls.length === 0 && <p className="dim">No poll was launched.</p>}
      {polls.map(({ id, question, options, tally }) => (
        <div key={id} className="stack-small">
          <div className="card-head">
            <h3>{question}</h3>
            <span className="dim small number">
              {whole(tally.voters)} votes · {percent(tally.voters, totals.attended)} of attendees
            </span>
          </div>
          <ShareList
            total={tally.voters}
            rows={options.map((option) => ({
              key: option.id,
              name: option.text,
              value: tally.counts[option.id] ?? 0,
              note: percent(tally.counts[option.id] ?? 0, tally.voters),
            }))}
          />
        </div>
      ))}
    </section>
  );
}

export function QuestionsCard({ questions, interaction }: Report) {
  return (
    <section className="card stack" aria-labelledby="questions">
      <div className="card-head">
        <h2 id="questions">Questions</h2>
        <span className="dim small number">
          {whole(interaction.asked)} asked · {whole(interaction.answered)} answered ·{" "}
          {whole(interaction.upvotes)} upvotes
        </span>
      </div>
      {questions.length === 0 && <p className="dim">Nobody asked anything.</p>}
      <ul className="stack">
        {questions.map(({ id, name, text, status, upvotes }) => (
          <li key={id} className="stack-small">
            <span style={{ overflowWrap: "anywhere" }}>{text}</span>
            <span className="row small dim">
              {name} · {whole(upvotes)} upvotes
              {status === "answered" && <span className="badge good">Answered</span>}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
