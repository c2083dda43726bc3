"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { ConfirmDialog } from "../../../ui/confirm-dialog.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import { ShortTime } from "../short-time.tsx";
import { timeOf } from "./export-delivery.ts";
import { ExportDeliveryForm } from "./export-delivery-form.tsx";
import { ExportRuns } from "./export-runs.tsx";
import type { Endpoint, ExportDelivery } from "./overview.ts";

type Props = { delivery: ExportDelivery; endpoints: Endpoint[] };

/** One delivery: when and where, what became of it, and once by hand. */
export function ExportDeliveryItem({ delivery, endpoints }: Props) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [shows, setShows] = useState<"log" | "form" | "now">();
  const [asks, setAsks] = useState(false);
  const { id } = delivery;
  const refresh = () => {
    void client.invalidateQueries(trpc.exportDelivery.list.queryFilter());
    void client.invalidateQueries(trpc.exportDelivery.runs.queryFilter({ id }));
  };
  const remove = useMutation(trpc.exportDelivery.remove.mutationOptions({ onSettled: refresh }));
  const test = useMutation(trpc.exportDelivery.test.mutationOptions());
  const toggle = useMutation(trpc.exportDelivery.change.mutationOptions({ onSettled: refresh }));
  const error = remove.error ?? test.error ?? toggle.error;
  if (shows === "form")
    return (
      <ExportDeliveryForm endpoints={endpoints} delivery={delivery} onDone={() => setShows(undefined)} />
    );
  return (
    <article className="item stack" aria-label={delivery.name}>
      <Facts delivery={delivery} />
      {error && <Notice kind="bad">{wireError(error).message}</Notice>}
      {test.data && <Notice kind={test.data.ok ? "good" : "bad"}>{test.data.text}</Notice>}
      <div className="row tight">
        {(["log", "now"] as const).map((what) => (
          <button
            key={what}
            className="button small"
            type="button"
            aria-expanded={shows === what}
            onClick={() => setShows(shows === what ? undefined : what)}
          >
            {what === "log" ? "Log" : "Deliver now"}
          </button>
        ))}
        <button
          className="button small"
          type="button"
          disabled={test.isPending}
          onClick={() => test.mutate({ id })}
        >
          {test.isPending ? "Testing…" : "Test"}
        </button>
        <button className="button small quiet" type="button" onClick={() => setShows("form")}>
          Change
        </button>
        <button
          className="button small quiet"
          type="button"
          disabled={toggle.isPending}
          onClick={() => toggle.mutate({ ...wishOf(delivery), id, enabled: delivery.disabled })}
        >
          {delivery.disabled ? "Switch on" : "Switch off"}
        </button>
        <button className="button small quiet" type="button" onClick={() => setAsks(true)}>
          Remove
        </button>
      </div>
      {shows === "now" && (
        <DeliverNow
          delivery={delivery}
          onDone={() => {
            refresh();
            setShows("log");
          }}
        />
      )}
      {shows === "log" && <ExportRuns id={id} />}
      <ConfirmDialog
        open={asks}
        title="Remove the delivery?"
        confirm="Remove"
        onCancel={() => setAsks(false)}
        onConfirm={() => {
          remove.mutate({ id });
          setAsks(false);
        }}
      >
        Files that were delivered stay where they are. Rostrum forgets them: it cannot erase somebody from
        them any more.
      </ConfirmDialog>
    </article>
  );
}

/** What is stored, as the form would send it: an empty secret keeps the one there is. */
function wishOf({ name, webinarId, endpointId, bucket, files, hoursAfterEnd, dailyMinute }: ExportDelivery) {
  return {
    name,
    webinarId,
    endpointId,
    bucket: bucket && { ...bucket, secretKey: "" },
    files: files as never,
    hoursAfterEnd,
    dailyMinute,
  };
}

function Facts({ delivery }: { delivery: ExportDelivery }) {
  const { bucket, files, hoursAfterEnd, dailyMinute, waiting, lastDeliveredAt } = delivery;
  const when = [
    ...(hoursAfterEnd === null
      ? []
      : [hoursAfterEnd === 0 ? "at the end" : `${hoursAfterEnd} h after the end`]),
    ...(dailyMinute === null ? [] : [`daily at ${timeOf(dailyMinute)} UTC`]),
  ];
  return (
    <div className="stack-small">
      <div className="row between">
        <strong className="wrap">{delivery.name}</strong>
        <span className={`badge ${delivery.disabled ? "" : "good"}`}>{delivery.disabled ? "Off" : "On"}</span>
      </div>
      <code className="small dim wrap">
        {bucket ? `s3://${bucket.bucket}/${bucket.prefix}` : delivery.endpointUrl}
      </code>
      <span className="small dim">
        {delivery.webinarTitle ?? "All webinars"} · {files.length} {files.length === 1 ? "file" : "files"} ·{" "}
        {when.join(", ") || "by hand only"}
        {waiting > 0 && ` · ${waiting} waiting`}
        {lastDeliveredAt && (
          <>
            {" "}
            · delivered <ShortTime at={lastDeliveredAt} />
          </>
        )}
      </span>
    </div>
  );
}

function DeliverNow({ delivery, onDone }: { delivery: ExportDelivery; onDone: () => void }) {
  const trpc = useTRPC();
  const webinars = useQuery(trpc.webinar.list.queryOptions());
  const [chosen, setChosen] = useState(delivery.webinarId ?? "");
  const now = useMutation(trpc.exportDelivery.deliverNow.mutationOptions({ onSuccess: onDone }));
  const choices = (webinars.data ?? [])
    .filter(({ id }) => !delivery.webinarId || id === delivery.webinarId)
    .map(({ id, title }) => ({ value: id, name: title }));
  const webinarId = chosen || choices[0]?.value;
  return (
    <form
      className="stack-small"
      aria-label="Deliver now"
      onSubmit={(event) => {
        event.preventDefault();
        if (webinarId) now.mutate({ id: delivery.id, webinarId });
      }}
    >
      <SelectField
        label="Webinar"
        value={webinarId ?? ""}
        choices={choices}
        onChange={(event) => setChosen(event.target.value)}
      />
      {now.error && <Notice kind="bad">{wireError(now.error).message}</Notice>}
      <div>
        <button className="button small primary" type="submit" disabled={!webinarId || now.isPending}>
          Deliver its files
        </button>
      </div>
    </form>
  );
}
