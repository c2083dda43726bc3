"use client";
import { useQuery } from "@tanstack/react-query";
import { CalendarPlus } from "lucide-react";
import Link from "next/link";
import { useTRPC } from "../../client/providers.tsx";
import { LocalTime } from "../../ui/local-time.tsx";
import { PhaseBadge } from "../../ui/phase-badge.tsx";
import { useMay } from "../account/use-may.ts";
import { ConsoleNav } from "./console-nav.tsx";
import { QueryFault } from "./query-fault.tsx";

export function WebinarList() {
  const trpc = useTRPC();
  const may = useMay();
  const webinars = useQuery(trpc.webinar.list.queryOptions());
  if (webinars.isPending) return <p className="dim">Loading…</p>;
  if (webinars.isError) return <QueryFault error={webinars.error} />;
  return (
    <div className="stack-large">
      <div className="row between">
        <h1>Your webinars</h1>
        {may("webinar.edit") && (
          <Link className="button primary" href="/console/new">
            <CalendarPlus size={18} aria-hidden="true" />
            Schedule a webinar
          </Link>
        )}
      </div>
      <ConsoleNav />
      {webinars.data.length === 0 ? (
        <div className="card empty">
          <h2>No webinars yet</h2>
          <p>
            {may("webinar.edit")
              ? "Schedule the first one: it takes a title and a date."
              : "They appear here once somebody schedules one."}
          </p>
        </div>
      ) : (
        <ul className="card flush list">
          {webinars.data.map((webinar) => (
            <li key={webinar.id}>
              <Link className="list-link" href={`/console/${webinar.id}`}>
                <span className="stack-small">
                  <strong>{webinar.title}</strong>
                  <span className="small dim">
                    <LocalTime at={webinar.startsAt} />
                  </span>
                </span>
                <span className="row">
                  <span className="small dim number">{webinar.registrants} registered</span>
                  <PhaseBadge phase={webinar.phase} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
