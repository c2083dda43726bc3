"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTRPC } from "../../client/providers.tsx";
import { LocalTime } from "../../ui/local-time.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PhaseBadge } from "../../ui/phase-badge.tsx";

/** What anyone may register for, soonest first. */
export function Upcoming() {
  const trpc = useTRPC();
  const upcoming = useQuery(trpc.webinar.upcoming.queryOptions());
  if (upcoming.isPending) return <p className="dim">Loading…</p>;
  if (upcoming.isError)
    return <Notice kind="bad">The list could not be loaded. Reload the page to try again.</Notice>;
  if (upcoming.data.length === 0) return <div className="card empty">Nothing is scheduled yet.</div>;
  return (
    <ul className="card flush list">
      {upcoming.data.map((webinar) => (
        <li key={webinar.slug}>
          <Link className="list-link" href={`/w/${webinar.slug}`}>
            <span className="stack-small">
              <strong>{webinar.title}</strong>
              <span className="small dim">
                <LocalTime at={webinar.startsAt} />
              </span>
            </span>
            <PhaseBadge phase={webinar.phase} />
          </Link>
        </li>
      ))}
    </ul>
  );
}
