"use client";
import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import { LocalTime } from "../../ui/local-time.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PhaseBadge } from "../../ui/phase-badge.tsx";

/** What anyone may register for, soonest first. */
export function Upcoming() {
  const trpc = useTRPC();
  const texts = useTexts();
  const { landing } = texts.site;
  const upcoming = useQuery(trpc.webinar.upcoming.queryOptions());
  if (upcoming.isPending) return <p className="dim">{texts.loading}</p>;
  if (upcoming.isError) return <Notice kind="bad">{landing.notLoaded}</Notice>;
  if (upcoming.data.length === 0) return <div className="card empty">{landing.empty}</div>;
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
