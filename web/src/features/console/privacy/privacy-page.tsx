"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../../client/providers.tsx";
import { ConsoleNav } from "../console-nav.tsx";
import { QueryFault } from "../query-fault.tsx";
import { PersonCard } from "./person-card.tsx";
import { RecordingDaysCard, RetentionCard } from "./retention-card.tsx";

/** What the organisation keeps of people, for how long, and what one of them may ask for. */
export function PrivacyPage() {
  const trpc = useTRPC();
  const retention = useQuery(trpc.privacy.retention.queryOptions(undefined, { staleTime: 0 }));
  if (retention.isPending) return <p className="dim">Loading…</p>;
  if (retention.isError) return <QueryFault error={retention.error} />;
  return (
    <div className="stack-large">
      <div className="stack">
        <h1>Privacy</h1>
        <ConsoleNav />
      </div>
      <div className="two">
        <PersonCard />
        <div className="stack-cards">
          <RetentionCard saved={retention.data.days} />
          <RecordingDaysCard />
        </div>
      </div>
    </div>
  );
}
