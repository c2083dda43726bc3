"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../../client/providers.tsx";
import { PhaseBadge } from "../../../ui/phase-badge.tsx";
import { useMay } from "../../account/use-may.ts";
import { QueryFault } from "../query-fault.tsx";
import { WebinarNav } from "../webinar-nav.tsx";
import { DetailsCard } from "./details-card.tsx";
import { MailEditor } from "./mail-editor.tsx";
import { MailTotalsCard } from "./mail-totals-card.tsx";
import { MailsCard } from "./mails-card.tsx";
import { ReuseCard } from "./reuse-card.tsx";
import { SeriesCard } from "./series-card.tsx";

/** When it takes place, and what people are mailed around it. */
export function SchedulePage({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const may = useMay();
  const webinar = useQuery(trpc.webinar.get.queryOptions({ id: webinarId }));
  const mails = useQuery(trpc.webinar.mails.queryOptions({ id: webinarId }, { staleTime: 0 }));
  if (webinar.isPending || mails.isPending) return <p className="dim">Loading…</p>;
  const error = webinar.error ?? mails.error;
  if (error || !webinar.data || !mails.data) return <QueryFault error={error} />;
  return (
    <div className="stack-large">
      <div className="stack">
        <div className="row">
          <PhaseBadge phase={webinar.data.phase} />
          {webinar.data.cancelled && <span className="badge">Cancelled</span>}
        </div>
        <h1>{webinar.data.title}</h1>
        <WebinarNav webinarId={webinarId} />
      </div>
      <div className="halves">
        <div className="stack">
          <DetailsCard webinar={webinar.data} />
          <SeriesCard webinar={webinar.data} />
        </div>
        <div className="stack">
          <MailsCard webinarId={webinarId} saved={mails.data} />
          <ReuseCard webinar={webinar.data} />
        </div>
      </div>
      {may("registration.view") && <MailTotalsCard webinarId={webinarId} />}
      <MailEditor webinarId={webinarId} />
    </div>
  );
}
