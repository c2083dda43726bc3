"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "../../../client/providers.tsx";
import { QueryFault } from "../query-fault.tsx";
import { ShortTime } from "../short-time.tsx";
import type { ExportRun } from "./overview.ts";

const states: Record<ExportRun["state"], { name: string; badge: string }> = {
  delivered: { name: "Delivered", badge: "good" },
  "on its way": { name: "On its way", badge: "" },
  failed: { name: "Given up", badge: "bad" },
  retrying: { name: "Trying again", badge: "warn" },
  waiting: { name: "Waiting", badge: "" },
};
const occasions: Record<ExportRun["occasion"], string> = {
  ended: "after the end",
  daily: "daily",
  hand: "by hand",
  erased: "written anew: somebody was erased",
};

/** What was delivered, newest first; each opens to its attempts and files. */
export function ExportRuns({ id }: { id: string }) {
  const trpc = useTRPC();
  const [open, setOpen] = useState<string>();
  const log = useQuery(trpc.exportDelivery.runs.queryOptions({ id }, { refetchInterval: 3000 }));
  if (log.isPending) return <p className="dim small">Loading…</p>;
  if (log.isError) return <QueryFault error={log.error} />;
  if (log.data.length === 0) return <p className="dim small">Nothing was delivered yet.</p>;
  return (
    <ul className="log">
      {log.data.map((run) => (
        <li key={run.id}>
          <button
            type="button"
            className="log-row"
            aria-expanded={open === run.id}
            onClick={() => setOpen(open === run.id ? undefined : run.id)}
          >
            <span className={`badge ${states[run.state].badge}`}>{states[run.state].name}</span>
            <span className="small grow wrap">{run.webinarTitle}</span>
            <span className="small dim">
              {occasions[run.occasion]} · <ShortTime at={run.createdAt} />
            </span>
          </button>
          {open === run.id && <Attempts run={run} />}
        </li>
      ))}
    </ul>
  );
}

function Attempts({ run }: { run: ExportRun }) {
  return (
    <div className="log-detail stack-small">
      {run.nextAttemptAt && run.attempts.length > 0 && (
        <span className="small dim">
          next <ShortTime at={run.nextAttemptAt} />
        </span>
      )}
      {run.attempts.map((attempt) => (
        <div key={attempt.at} className="stack-small">
          <span className="small">
            <strong>{attempt.error ? "Failed" : "Done"}</strong>{" "}
            <span className="dim">
              after {attempt.durationMs} ms · <ShortTime at={attempt.at} />
            </span>
          </span>
          {attempt.error && <pre className="excerpt">{attempt.error}</pre>}
        </div>
      ))}
      {run.keys.map((key) => (
        <code key={key} className="small dim wrap">
          {key}
        </code>
      ))}
      {run.bytes > 0 && <span className="small dim">{(run.bytes / 1000).toFixed(1)} kB</span>}
    </div>
  );
}
