"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { ConfirmDialog } from "../../../ui/confirm-dialog.tsx";
import { CopyField } from "../../../ui/copy-field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { ShortTime } from "../short-time.tsx";
import { DeliveryLog } from "./delivery-log.tsx";
import { EndpointForm } from "./endpoint-form.tsx";
import type { Endpoint, EventName } from "./overview.ts";

/** One endpoint: how it is doing, what it was sent, its secret. */
export function EndpointItem({ endpoint, events }: { endpoint: Endpoint; events: EventName[] }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [shows, setShows] = useState<"log" | "form" | "secret">();
  const [asks, setAsks] = useState<"remove" | "rotate">();
  const { id } = endpoint;
  const refresh = () => {
    void client.invalidateQueries(trpc.integration.overview.queryFilter());
    void client.invalidateQueries(trpc.integration.deliveries.queryFilter({ endpointId: id }));
  };
  const toggle = useMutation(trpc.integration.changeEndpoint.mutationOptions({ onSettled: refresh }));
  const remove = useMutation(trpc.integration.removeEndpoint.mutationOptions({ onSettled: refresh }));
  const reveal = useMutation(trpc.integration.revealSecret.mutationOptions());
  const rotate = useMutation(trpc.integration.rotateSecret.mutationOptions({ onSettled: refresh }));
  const ping = useMutation(
    trpc.integration.ping.mutationOptions({
      onSuccess: () => {
        setShows("log");
        refresh();
      },
    }),
  );
  const error = toggle.error ?? remove.error ?? reveal.error ?? rotate.error ?? ping.error;
  const secret = rotate.data?.secret ?? reveal.data?.secret;
  if (shows === "form")
    return <EndpointForm events={events} endpoint={endpoint} onDone={() => setShows(undefined)} />;
  return (
    <article className="item stack" aria-label={endpoint.name || endpoint.url}>
      <EndpointFacts endpoint={endpoint} />
      {error && <Notice kind="bad">{wireError(error).message}</Notice>}
      <div className="row tight">
        <button
          className="button small"
          type="button"
          aria-expanded={shows === "log"}
          onClick={() => setShows(shows === "log" ? undefined : "log")}
        >
          Deliveries
        </button>
        <button
          className="button small"
          type="button"
          disabled={ping.isPending}
          onClick={() => ping.mutate({ id })}
        >
          Send a test
        </button>
        <button
          className="button small quiet"
          type="button"
          aria-expanded={shows === "secret"}
          onClick={() => {
            if (shows !== "secret") reveal.mutate({ id });
            setShows(shows === "secret" ? undefined : "secret");
          }}
        >
          Secret
        </button>
        <button className="button small quiet" type="button" onClick={() => setShows("form")}>
          Change
        </button>
        <button
          className="button small quiet"
          type="button"
          onClick={() =>
            toggle.mutate({
              id,
              url: endpoint.url,
              name: endpoint.name,
              events: events.filter((event) => endpoint.events.includes(event)),
              enabled: endpoint.disabled,
            })
          }
        >
          {endpoint.disabled ? "Switch on" : "Switch off"}
        </button>
        <button className="button small quiet" type="button" onClick={() => setAsks("remove")}>
          Remove
        </button>
      </div>
      {shows === "secret" && secret && (
        <div className="stack-small">
          <CopyField label="Signing secret" value={secret} />
          <div>
            <button className="button small" type="button" onClick={() => setAsks("rotate")}>
              Replace the secret
            </button>
          </div>
        </div>
      )}
      {shows === "log" && <DeliveryLog endpointId={id} />}
      <ConfirmDialog
        open={asks !== undefined}
        title={asks === "rotate" ? "Replace the secret?" : "Remove the endpoint?"}
        confirm={asks === "rotate" ? "Replace" : "Remove"}
        onCancel={() => setAsks(undefined)}
        onConfirm={() => {
          if (asks === "rotate") rotate.mutate({ id });
          else remove.mutate({ id });
          setAsks(undefined);
        }}
      >
        {asks === "rotate"
          ? "For a day both secrets sign, so that you can change your receiver without losing anything."
          : "What waits to be delivered is not, and its log is gone."}
      </ConfirmDialog>
    </article>
  );
}

function EndpointFacts({ endpoint }: { endpoint: Endpoint }) {
  return (
    <>
      <div className="stack-small">
        <div className="row between">
          <strong className="wrap">{endpoint.name || new URL(endpoint.url).host}</strong>
          <span className={`badge ${endpoint.disabled ? "" : "good"}`}>
            {endpoint.disabled ? "Off" : "On"}
          </span>
        </div>
        <code className="small dim wrap">{endpoint.url}</code>
        <span className="small dim">
          {endpoint.events.length} {endpoint.events.length === 1 ? "event" : "events"}
          {endpoint.waiting > 0 && ` · ${endpoint.waiting} waiting`}
          {endpoint.lastDeliveredAt && (
            <>
              {" "}
              · delivered <ShortTime at={endpoint.lastDeliveredAt} />
            </>
          )}
        </span>
      </div>
      {endpoint.disabledReason && <Notice kind="warn">Switched off: {endpoint.disabledReason}</Notice>}
      {endpoint.rotatingUntil && (
        <Notice>
          The old secret signs too, until <ShortTime at={endpoint.rotatingUntil} />.
        </Notice>
      )}
    </>
  );
}
