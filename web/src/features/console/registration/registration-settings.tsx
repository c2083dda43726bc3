"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../../client/providers.tsx";
import { PhaseBadge } from "../../../ui/phase-badge.tsx";
import { WebinarRetentionCard } from "../privacy/retention-card.tsx";
import { QueryFault } from "../query-fault.tsx";
import { WebinarNav } from "../webinar-nav.tsx";
import { DoorCard } from "./door-card.tsx";
import { FormBuilder } from "./form-builder.tsx";
import { ImportCard } from "./import-card.tsx";
import { RulesCard } from "./rules-card.tsx";

/** Who may register, what they are asked, and a list to bring along. */
export function RegistrationSettings({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const webinar = useQuery(trpc.webinar.get.queryOptions({ id: webinarId }));
  const rules = useQuery(trpc.registration.rules.queryOptions({ webinarId }, { staleTime: 0 }));
  const form = useQuery(trpc.registration.form.queryOptions({ webinarId }, { staleTime: 0 }));
  if (webinar.isPending || rules.isPending || form.isPending) return <p className="dim">Loading…</p>;
  const error = webinar.error ?? rules.error ?? form.error;
  if (error || !webinar.data || !rules.data || !form.data) return <QueryFault error={error} />;
  return (
    <div className="stack-large">
      <div className="stack">
        <div>
          <PhaseBadge phase={webinar.data.phase} />
        </div>
        <h1>{webinar.data.title}</h1>
        <WebinarNav webinarId={webinarId} />
      </div>
      <FormBuilder webinarId={webinarId} saved={form.data.fields} />
      <div className="halves">
        <RulesCard webinarId={webinarId} saved={rules.data} />
        <div className="stack-cards">
          <DoorCard webinarId={webinarId} timeZone={webinar.data.timeZone} saved={rules.data.door} />
          <ImportCard webinarId={webinarId} />
          <WebinarRetentionCard webinarId={webinarId} />
        </div>
      </div>
    </div>
  );
}
