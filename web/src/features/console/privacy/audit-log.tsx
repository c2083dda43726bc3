"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "../../../client/providers.tsx";
import { TextField } from "../../../ui/field.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import { WideRegion } from "../../../ui/wide-region.tsx";
import { ConsoleNav } from "../console-nav.tsx";
import { QueryFault } from "../query-fault.tsx";

const when = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** What is done, as people say it; an action that is not here is shown as it is. */
const names: Record<string, string> = {
  "user.signed-in": "Signed in",
  "webinar.created": "Scheduled a webinar",
  "webinar.changed": "Changed date or details",
  "webinar.cancelled": "Cancelled a webinar",
  "webinar.go-live": "Went live",
  "webinar.end": "Ended a webinar",
  "webinar.purged": "Erased everybody: the time of keeping had passed",
  "registration-rules.changed": "Changed who may register",
  "registrations.approve": "Approved registrations",
  "registrations.deny": "Denied registrations",
  "registrations.imported": "Imported a list",
  "registrations.viewed": "Saw registrations",
  "report.viewed": "Saw the report",
  "registrants.exported": "Exported registrants",
  "attendance.exported": "Exported attendance",
  "polls.exported": "Exported polls",
  "questions.exported": "Exported questions",
  "chat.exported": "Exported the chat",
  "events.exported": "Exported raw events",
  "person.looked-up": "Looked a person up",
  "person.exported": "Exported a person's data",
  "person.erased": "Erased a person",
  "retention.changed": "Changed for how long data is kept",
  "audit.exported": "Exported the audit log",
};
const kinds = [
  { value: "", name: "Everything" },
  { value: "person", name: "One person's data" },
  { value: "registrations", name: "Registrations" },
  { value: "report", name: "Reports" },
  { value: "registrants", name: "Exports of registrants" },
  { value: "attendance", name: "Exports of attendance" },
  { value: "webinar", name: "Webinars" },
  { value: "retention", name: "Keeping data" },
  { value: "user", name: "Sign-ins" },
  { value: "audit", name: "Exports of this log" },
];

type Cursor = { at: number; id: string };

const tell = (details: Record<string, unknown>): string =>
  Object.entries(details)
    .filter(([, value]) => ["string", "number", "boolean"].includes(typeof value) && value !== "")
    .map(([key, value]) => `${key}: ${String(value)}`)
    .join(", ");

/** Who did what, newest first. Nothing in it can be changed. */
export function AuditLog() {
  const trpc = useTRPC();
  const [filter, setFilter] = useState({ action: "", actor: "", from: "", to: "" });
  const [pages, setPages] = useState<Cursor[]>([]);
  const chosen = Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ""));
  const log = useQuery(
    trpc.privacy.audit.queryOptions(
      { ...chosen, cursor: pages.at(-1) ?? null },
      { placeholderData: keepPreviousData, staleTime: 0 },
    ),
  );
  const set = (change: Partial<typeof filter>) => {
    setFilter({ ...filter, ...change });
    setPages([]);
  };
  return (
    <div className="stack-large">
      <div className="stack">
        <div className="row between">
          <h1>Audit log</h1>
          <a className="button" href={`/api/audit.csv?${new URLSearchParams(chosen)}`} download>
            <Download size={18} aria-hidden="true" />
            Export CSV
          </a>
        </div>
        <ConsoleNav />
      </div>
      <div className="filters">
        <SelectField
          label="What"
          choices={kinds}
          value={filter.action}
          onChange={(event) => set({ action: event.target.value })}
        />
        <TextField
          label="Who"
          placeholder="E-mail"
          value={filter.actor}
          onChange={(event) => set({ actor: event.target.value })}
        />
        <TextField
          label="From (UTC)"
          type="date"
          value={filter.from}
          onChange={(event) => set({ from: event.target.value })}
        />
        <TextField
          label="To (UTC)"
          type="date"
          value={filter.to}
          onChange={(event) => set({ to: event.target.value })}
        />
      </div>
      {log.isPending ? (
        <p className="dim">Loading…</p>
      ) : log.isError ? (
        <QueryFault error={log.error} />
      ) : (
        <Rows rows={log.data.rows} />
      )}
      {log.data && (pages.length > 0 || log.data.next) && (
        <div className="row">
          <button
            className="button small"
            type="button"
            disabled={pages.length === 0}
            onClick={() => setPages(pages.slice(0, -1))}
          >
            Newer
          </button>
          <button
            className="button small"
            type="button"
            disabled={!log.data.next}
            onClick={() => log.data.next && setPages([...pages, log.data.next])}
          >
            Older
          </button>
        </div>
      )}
    </div>
  );
}

type Row = {
  id: string;
  at: number;
  actor: string | null;
  action: string;
  subject: string;
  title: string | null;
  details: Record<string, unknown>;
};

function Rows({ rows }: { rows: Row[] }) {
  if (rows.length === 0) return <div className="card empty">Nothing matches.</div>;
  return (
    <WideRegion label="Audit log entries" className="card flush">
      <table>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">Of</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ id, at, actor, action, subject, title, details }) => (
            <tr key={id}>
              <td className="number">{when.format(at)}</td>
              <td>{actor ?? "Rostrum"}</td>
              <td>
                {names[action] ?? action}
                {tell(details) && <div className="dim small">{tell(details)}</div>}
              </td>
              <td className="ellipsis">{title ?? (subject.startsWith("person-") ? subject : "–")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </WideRegion>
  );
}
