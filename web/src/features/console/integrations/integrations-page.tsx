"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../../client/providers.tsx";
import { ConsoleNav } from "../console-nav.tsx";
import { QueryFault } from "../query-fault.tsx";
import { EmbedSitesCard } from "./embed-sites-card.tsx";
import { ExportDeliveriesCard } from "./export-deliveries-card.tsx";
import { KeysCard } from "./keys-card.tsx";
import { WebhooksCard } from "./webhooks-card.tsx";

/** What other programs and sites use: webhooks, keys, embedded forms. */
export function IntegrationsPage() {
  const trpc = useTRPC();
  const overview = useQuery(trpc.integration.overview.queryOptions(undefined, { refetchInterval: 15_000 }));
  return (
    <div className="stack-large">
      <h1>Integrations</h1>
      <ConsoleNav />
      {overview.isPending ? (
        <p className="dim">Loading…</p>
      ) : overview.isError ? (
        <QueryFault error={overview.error} />
      ) : (
        <div className="two">
          <div className="stack">
            <WebhooksCard endpoints={overview.data.endpoints} events={overview.data.events} />
            <ExportDeliveriesCard endpoints={overview.data.endpoints} />
          </div>
          <div className="stack">
            <KeysCard keys={overview.data.keys} publicUrl={overview.data.publicUrl} />
            <EmbedSitesCard origins={overview.data.embedOrigins} />
          </div>
        </div>
      )}
    </div>
  );
}
