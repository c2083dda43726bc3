"use client";
import { useQuery } from "@tanstack/react-query";
import { Clapperboard } from "lucide-react";
import Link from "next/link";
import { useTRPC } from "../../client/providers.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { LocalTime } from "../../ui/local-time.tsx";
import { PhaseBadge } from "../../ui/phase-badge.tsx";
import { useMay } from "../account/use-may.ts";
import { EncodersPanel } from "../encoders/encoders-panel.tsx";
import { CheckSummary } from "./check-summary.tsx";
import { InvitePanelist } from "./invite-panelist.tsx";
import { QueryFault } from "./query-fault.tsx";
import { RecordingCard } from "./recording-card.tsx";
import { RegistrationsTable } from "./registrations-table.tsx";
import { WebinarNav } from "./webinar-nav.tsx";

/** Everything about one webinar: its link, its people, its recording. */
export function WebinarOverview({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const may = useMay();
  const webinar = useQuery(trpc.webinar.get.queryOptions({ id: webinarId }, { refetchInterval: 10_000 }));
  if (webinar.isPending) return <p className="dim">Loading…</p>;
  if (webinar.isError) return <QueryFault error={webinar.error} />;
  const { title, startsAt, durationMinutes, phase, registrationUrl } = webinar.data;
  return (
    <div className="stack-large">
      <div className="row between">
        <div className="stack-small">
          <div>
            <PhaseBadge phase={phase} />
          </div>
          <h1>{title}</h1>
          <p className="dim">
            <LocalTime at={startsAt} /> · {durationMinutes} minutes
          </p>
        </div>
        {phase !== "ended" && may("room.moderate") && (
          <Link className="button primary" href={`/studio/${webinarId}`}>
            <Clapperboard size={18} aria-hidden="true" />
            Open studio
          </Link>
        )}
      </div>
      <WebinarNav webinarId={webinarId} />
      <div className="two">
        <div className="stack">
          <section className="card stack" aria-label="Share">
            <CopyField label="Registration link" value={registrationUrl} />
            <p className="help">
              Share it anywhere. Add utm_source and friends to see where people came from.
            </p>
          </section>
          {phase !== "ended" && may("registration.view") && <CheckSummary webinarId={webinarId} />}
          {phase === "ended" && may("report.view") && <RecordingCard webinarId={webinarId} />}
        </div>
        <div className="stack">
          <InvitePanelist webinarId={webinarId} />
          {phase !== "ended" && may("webinar.run") && (
            <section className="card stack" aria-labelledby="encoders">
              <h2 id="encoders">Encoders</h2>
              <EncodersPanel webinarId={webinarId} />
            </section>
          )}
        </div>
      </div>
      {may("registration.view") && <RegistrationsTable webinarId={webinarId} />}
    </div>
  );
}
