"use client";
import { useQuery } from "@tanstack/react-query";
import { PackageCheck } from "lucide-react";
import { useState } from "react";
import { useTRPC } from "../../../client/providers.tsx";
import { QueryFault } from "../query-fault.tsx";
import { ExportDeliveryForm } from "./export-delivery-form.tsx";
import { ExportDeliveryItem } from "./export-delivery-item.tsx";
import type { Endpoint } from "./overview.ts";

/** Exports that are brought on a schedule, and what became of each delivery. */
export function ExportDeliveriesCard({ endpoints }: { endpoints: Endpoint[] }) {
  const trpc = useTRPC();
  const [making, setMaking] = useState(false);
  const list = useQuery(trpc.exportDelivery.list.queryOptions(undefined, { refetchInterval: 15_000 }));
  return (
    <section className="card stack" aria-labelledby="export-deliveries">
      <div className="row between">
        <h2 id="export-deliveries">Scheduled exports</h2>
        {!making && (
          <button className="button small" type="button" onClick={() => setMaking(true)}>
            New delivery
          </button>
        )}
      </div>
      <p className="help">
        The files of the report page, brought after the end or every day: into your own S3 bucket, or as links
        in a signed webhook.
      </p>
      {making && <ExportDeliveryForm endpoints={endpoints} onDone={() => setMaking(false)} />}
      {list.isError && <QueryFault error={list.error} />}
      {list.data?.length === 0 && !making && (
        <div className="empty small-empty">
          <PackageCheck size={22} aria-hidden="true" />
          <p>No deliveries yet. Let attendance arrive in your warehouse an hour after each webinar.</p>
        </div>
      )}
      {list.data?.map((delivery) => (
        <ExportDeliveryItem key={delivery.id} delivery={delivery} endpoints={endpoints} />
      ))}
    </section>
  );
}
