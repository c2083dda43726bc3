"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../client/providers.tsx";

/** How people will get on, as far as they have tested their connection. Nothing while nobody has. */
export function CheckSummary({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.check.summary.queryOptions({ webinarId }, { refetchInterval: 30_000 }));
  if (!data || data.tested === 0) return null;
  const { registered, tested, good, fair, limited, bad, udpBlocked, slow } = data;
  const rows = [
    { name: "Everything gets through", count: good, kind: "good" },
    { name: "It will work, on a detour or with a weak spot", count: fair, kind: "fair" },
    { name: "Will see the broadcast only", count: limited, kind: "limited" },
    { name: "Cannot connect at all", count: bad, kind: "bad" },
  ];
  const notes = [
    ...(udpBlocked > 0 ? [`${udpBlocked} behind networks that block UDP`] : []),
    ...(slow > 0 ? [`${slow} with a slow connection`] : []),
  ];
  return (
    <section className="card stack-small" aria-labelledby="tests">
      <h2 id="tests">Connection tests</h2>
      <p>
        <strong className="number">
          {tested} of {registered}
        </strong>{" "}
        tested{notes.length > 0 && `: ${notes.join(", ")}`}.
      </p>
      <div className="check-bar" aria-hidden="true">
        {rows.map(({ kind, count }) => (
          <span key={kind} className={kind} style={{ flexGrow: count }} />
        ))}
      </div>
      <ul className="date-list small">
        {rows
          .filter(({ count }) => count > 0)
          .map(({ name, count, kind }) => (
            <li key={kind} className="row">
              <span className={`check-dot ${kind}`} aria-hidden="true" />
              <span>
                <strong className="number">{count}</strong> {name}
              </span>
            </li>
          ))}
      </ul>
    </section>
  );
}
