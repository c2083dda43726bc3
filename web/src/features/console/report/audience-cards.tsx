import { AreaChart } from "../../../ui/charts/area-chart.tsx";
import { ColumnChart } from "../../../ui/charts/column-chart.tsx";
import { ShareList } from "../../../ui/charts/share-list.tsx";
import { WideRegion } from "../../../ui/wide-region.tsx";
import { clockText, percent, whole } from "./format.ts";
import type { Report } from "./report.ts";

const dayName = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** Every day from the first to the last, those without a registration too. */
function everyDay(days: Report["days"]): Report["days"] {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return [];
  const known = new Map(days.map((day) => [day.day, day]));
  const list: Report["days"] = [];
  for (let at = Date.parse(first.day); at <= Date.parse(last.day) && list.length < 400; at += 86_400_000) {
    const day = new Date(at).toISOString().slice(0, 10);
    list.push(known.get(day) ?? { day, registrations: 0, visits: 0 });
  }
  return list;
}

export function RegistrationsCard({ days, totals }: Report) {
  const all = everyDay(days);
  return (
    <section className="card stack" aria-labelledby="over-time">
      <div className="card-head">
        <h2 id="over-time">Registrations over time</h2>
        <span className="dim small number">{whole(totals.registered)} in all</span>
      </div>
      {totals.registered + totals.cancelled === 0 ? (
        <p className="dim">Nobody has registered yet.</p>
      ) : (
        <ColumnChart
          label={`Registrations per day: ${all.map(({ day, registrations }) => `${day} ${registrations}`).join(", ")}`}
          columns={all.map(({ day, registrations, visits }) => ({
            key: day,
            name: dayName.format(Date.parse(day)),
            value: registrations,
            title: `${day}: ${registrations} registrations, ${visits} visits`,
          }))}
        />
      )}
    </section>
  );
}

export function FunnelCard({ totals }: Report) {
  const steps = [
    { name: "Opened the page", value: Math.max(totals.visits, totals.registered) },
    { name: "Registered", value: totals.registered },
    { name: "Attended", value: totals.attended },
    { name: "Stayed at least half", value: totals.stayedHalf },
  ];
  const most = Math.max(1, ...steps.map(({ value }) => value));
  return (
    <section className="card stack" aria-labelledby="funnel">
      <h2 id="funnel">From visit to attention</h2>
      <ol className="funnel">
        {steps.map(({ name, value }, at) => (
          <li key={name}>
            <span className="row between small">
              <span>{name}</span>
              <span className="number">
                <strong>{whole(value)}</strong>{" "}
                {at > 0 && (
                  <span className="dim">{percent(value, steps[at - 1]?.value ?? 0)} of the step before</span>
                )}
              </span>
            </span>
            <span className="funnel-bar" style={{ width: `${(value / most) * 100}%` }} aria-hidden="true" />
          </li>
        ))}
      </ol>
    </section>
  );
}

export function CurveCard({ audience, eventMs, liveAt }: Report) {
  const last = audience.present.length - 1;
  const nameOf = (at: number) => clockText((eventMs * at) / audience.present.length);
  const marks = [0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * last));
  return (
    <section className="card stack" aria-labelledby="curve">
      <div className="card-head">
        <h2 id="curve">Audience over the programme</h2>
        <span className="dim small number">{whole(audience.peak)} at the peak</span>
      </div>
      {liveAt === null || audience.peak === 0 ? (
        <p className="dim">
          {liveAt === null
            ? "The curve begins when the webinar is live."
            : "The curve begins with the first attendee."}
        </p>
      ) : (
        <AreaChart
          label={`Attendees present from start to end; ${audience.peak} at the peak, ${audience.present[last] ?? 0} at the end`}
          values={audience.present}
          nameOf={nameOf}
          marks={marks}
          unit="present"
        />
      )}
    </section>
  );
}

export function SourcesCard({ sources }: Report) {
  return (
    <section className="card flush" aria-labelledby="sources">
      <div style={{ padding: "24px 24px 12px" }}>
        <h2 id="sources">Sources</h2>
      </div>
      {sources.length === 0 ? (
        <p className="dim" style={{ padding: "0 24px 24px" }}>
          Add utm_source to the registration link, and it shows here what each campaign brought.
        </p>
      ) : (
        <WideRegion label="Sources, in numbers">
          <table>
            <thead>
              <tr>
                <th scope="col">Source</th>
                <th scope="col">Visits</th>
                <th scope="col">Registered</th>
                <th scope="col">Attended</th>
              </tr>
            </thead>
            <tbody>
              {sources.map(({ source, visits, registered, attended }) => (
                <tr key={source}>
                  <td className="ellipsis">{source}</td>
                  <td className="number">{whole(visits)}</td>
                  <td className="number">{whole(registered)}</td>
                  <td className="number">
                    {whole(attended)} <span className="dim small">{percent(attended, registered)}</span>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </WideRegion>
      )}
    </section>
  );
}

const names: Record<string, string> = {
  webrtc: "Interactive",
  hls: "Broadcast",
  udp: "UDP",
  tcp: "TCP",
  "turn-udp": "TURN over UDP",
  "turn-tcp": "TURN over TCP",
  "turn-tls": "TURN over TLS",
  desktop: "Computer",
  phone: "Phone",
  tablet: "Tablet",
  other: "Other",
};

export function ReachCard({ reach }: Report) {
  const groups = [
    { title: "Devices", shares: reach.devices },
    { title: "Browsers", shares: reach.browsers },
    { title: "Tier", shares: reach.deliveries },
    { title: "Way of the picture", shares: reach.paths },
  ].filter(({ shares }) => shares.length > 0);
  return (
    <section className="card stack" aria-labelledby="reach">
      <h2 id="reach">Devices and transports</h2>
      {groups.length === 0 && <p className="dim">Known when the first attendee has come.</p>}
      <div className="reach">
        {groups.map(({ title, shares }) => {
          const total = shares.reduce((sum, { count }) => sum + count, 0);
          return (
            <div key={title} className="stack-small">
              <h3 className="dim small">{title}</h3>
              <ShareList
                total={total}
                rows={shares.map(({ kind, count }) => ({
                  key: kind,
                  name: names[kind] ?? kind,
                  value: count,
                  note: percent(count, total),
                }))}
              />
            </div>
          );
        })}
      </div>
    </section>
  );
}
