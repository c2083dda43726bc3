"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../../client/providers.tsx";
import { CopyField } from "../../../ui/copy-field.tsx";
import { QueryFault } from "../query-fault.tsx";
import { WebinarNav } from "../webinar-nav.tsx";
import { LinksCard } from "./links-card.tsx";

/** How people hear of a webinar: its page, campaign links and what came of them, the form on one's own site. */
export function PromotePage({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const webinar = useQuery(trpc.webinar.get.queryOptions({ id: webinarId }));
  if (webinar.isPending) return <p className="dim">Loading…</p>;
  if (webinar.isError) return <QueryFault error={webinar.error} />;
  const { title, slug, registrationUrl } = webinar.data;
  const origin = new URL(registrationUrl).origin;
  return (
    <div className="stack-large">
      <h1>{title}</h1>
      <WebinarNav webinarId={webinarId} />
      <LinksCard webinarId={webinarId} />
      <div className="two even">
        <section className="card stack" aria-label="Registration page">
          <h2>Registration page</h2>
          <CopyField label="Registration link" value={registrationUrl} />
        </section>
        <section className="card stack" aria-labelledby="embed">
          <h2 id="embed">The form on your site</h2>
          <CopyField
            label="Snippet"
            value={`<script src="${origin}/embed.js" data-webinar="${slug}" async></script>`}
          />
          <p className="help">
            Paste it where the form shall stand. An owner names your site under <em>Integrations</em> first.
            Campaign parameters of the page's address go along.
          </p>
        </section>
      </div>
    </div>
  );
}
