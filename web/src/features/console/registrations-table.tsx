"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "../../client/providers.tsx";
import { WideRegion } from "../../ui/wide-region.tsx";
import { useMay } from "../account/use-may.ts";
import { DecideBar, DecideButtons } from "./decide.tsx";
import { MailTimeline } from "./mail-timeline.tsx";
import { MendAddress } from "./mend-address.tsx";
import { QueryFault } from "./query-fault.tsx";

const short = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });
const tiers = { "": "Not yet", webrtc: "Interactive", hls: "Broadcast", "webrtc+hls": "Both" } as const;

const statuses = {
  registered: "Registered",
  pending: "To approve",
  waitlisted: "Waitlist",
  offered: "Offered",
  unconfirmed: "Unconfirmed",
  denied: "Denied",
  cancelled: "Cancelled",
} as const;
type Status = keyof typeof statuses;

type Cursor = { createdAt: number; id: string };

/** Who registered and how they attended; everything of it in the CSV. */
export function RegistrationsTable({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const [search, setSearch] = useState("");
  const [pages, setPages] = useState<Cursor[]>([]);
  const [status, setStatus] = useState<Status>();
  const cursor = pages.at(-1) ?? null;
  const mayDecide = useMay()("registration.manage");
  const list = useQuery(
    trpc.registration.list.queryOptions(
      { webinarId, cursor, search, ...(status ? { status } : {}) },
      { placeholderData: keepPreviousData, refetchInterval: 10_000 },
    ),
  );
  if (list.isPending) return <p className="dim">Loading…</p>;
  if (list.isError) return <QueryFault error={list.error} />;
  const { rows, total, counts, next } = list.data;
  const special = counts.registered !== total;
  return (
    <section className="stack" aria-labelledby="registrations">
      <div className="row between">
        <h2 id="registrations">
          Registrations <span className="dim number">{total}</span>
        </h2>
        <div className="row">
          <input
            className="input"
            style={{ width: 220 }}
            type="search"
            aria-label="Search registrations"
            placeholder="Name or e-mail"
            value={search}
            onChange={(event) => {
              setSearch(event.target.value);
              setPages([]);
            }}
          />
          <a className="button" href={`/api/webinars/${webinarId}/registrations.csv`} download>
            <Download size={18} aria-hidden="true" />
            Export CSV
          </a>
        </div>
      </div>
      {special && (
        <fieldset className="choices scroll" aria-label="Status">
          {([undefined, ...Object.keys(statuses)] as (Status | undefined)[]).map((one) => (
            <button
              key={one ?? "all"}
              type="button"
              className="choice"
              aria-pressed={status === one}
              onClick={() => {
                setStatus(one);
                setPages([]);
              }}
            >
              {one ? `${statuses[one]} ${counts[one]}` : "All"}
            </button>
          ))}
        </fieldset>
      )}
      {mayDecide && status === "pending" && rows.length > 0 && (
        <DecideBar webinarId={webinarId} ids={rows.map(({ id }) => id)} />
      )}
      {rows.length === 0 ? (
        <div className="card empty">
          {search || status ? "Nobody matches." : "Nobody has registered yet. Share the registration link."}
        </div>
      ) : (
        <WideRegion label="Registrations, one row each" className="card flush">
          <table>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">E-mail</th>
                <th scope="col">Registered</th>
                <th scope="col">Joined</th>
                <th scope="col">Minutes</th>
                <th scope="col">Watched</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.id}>
                  <td>
                    <MailsOf webinarId={webinarId} id={row.id} name={row.name} />
                  </td>
                  <td>
                    {row.email}
                    {row.bounce !== null && (
                      <MendAddress
                        webinarId={webinarId}
                        registrationId={row.id}
                        email={row.email}
                        reason={row.bounce}
                        mayMend={mayDecide}
                      />
                    )}
                    {row.status !== "registered" && (
                      <div className="dim small">
                        {statuses[row.status]}
                        {row.status === "waitlisted" && ` · number ${row.waitlistPosition}`}
                        {(row.status === "offered" || row.status === "unconfirmed") &&
                          row.answerUntil !== null &&
                          ` until ${short.format(row.answerUntil)}`}
                      </div>
                    )}
                  </td>
                  <td className="number">{short.format(row.registeredAt)}</td>
                  <td className="number">
                    {row.attendance.firstJoinedAt ? short.format(row.attendance.firstJoinedAt) : "–"}
                  </td>
                  <td className="number">
                    {row.attendance.joins > 0 ? (row.attendance.totalMs / 60_000).toFixed(1) : "–"}
                  </td>
                  <td>
                    {row.status === "registered" && tiers[row.attendance.delivery]}
                    {mayDecide && (row.status === "pending" || row.status === "denied") && (
                      <DecideButtons
                        webinarId={webinarId}
                        id={row.id}
                        name={row.name}
                        denied={row.status === "denied"}
                      />
                    )}
                    {row.reach?.reason && <div className="dim small">{row.reach.reason}</div>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </WideRegion>
      )}
      {(pages.length > 0 || next) && (
        <div className="row">
          <button
            className="button small"
            type="button"
            disabled={pages.length === 0}
            onClick={() => setPages(pages.slice(0, -1))}
          >
            Previous
          </button>
          <button
            className="button small"
            type="button"
            disabled={!next}
            onClick={() => next && setPages([...pages, next])}
          >
            Next
          </button>
        </div>
      )}
    </section>
  );
}

/** A name that opens what its owner was mailed. */
function MailsOf({ webinarId, id, name }: { webinarId: string; id: string; name: string }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button
        className="name-button"
        type="button"
        aria-expanded={open}
        title="Mails"
        onClick={() => setOpen(!open)}
      >
        {name}
      </button>
      {open && <MailTimeline webinarId={webinarId} registrationId={id} />}
    </>
  );
}
