"use client";
import { Webhook } from "lucide-react";
import { useState } from "react";
import { EndpointForm } from "./endpoint-form.tsx";
import { EndpointItem } from "./endpoint-item.tsx";
import type { Endpoint, EventName } from "./overview.ts";

/** Where events are sent, and what became of them. */
export function WebhooksCard({ endpoints, events }: { endpoints: Endpoint[]; events: EventName[] }) {
  const [making, setMaking] = useState(false);
  return (
    <section className="card stack" aria-labelledby="webhooks">
      <div className="row between">
        <h2 id="webhooks">Webhooks</h2>
        {!making && (
          <button className="button small" type="button" onClick={() => setMaking(true)}>
            New endpoint
          </button>
        )}
      </div>
      <p className="help">
        Every event is a signed POST (Standard Webhooks), tried for three days, in order for each registrant.
      </p>
      {making && <EndpointForm events={events} onDone={() => setMaking(false)} />}
      {endpoints.length === 0 && !making && (
        <div className="empty small-empty">
          <Webhook size={22} aria-hidden="true" />
          <p>No endpoints yet. Tell your CRM the moment somebody registers, comes or leaves.</p>
        </div>
      )}
      {endpoints.map((endpoint) => (
        <EndpointItem key={endpoint.id} endpoint={endpoint} events={events} />
      ))}
    </section>
  );
}
