"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { CheckField } from "../../../ui/check-field.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import { BucketFields } from "./bucket-fields.tsx";
import { type Draft, draftOf, isBeside, wishOfDraft } from "./export-delivery.ts";
import { ExportPicks } from "./export-picks.tsx";
import type { Endpoint, ExportDelivery } from "./overview.ts";

type Props = { endpoints: Endpoint[]; delivery?: ExportDelivery; onDone: () => void };

/** Make or change a delivery: what, where to, when. */
export function ExportDeliveryForm({ endpoints, delivery, onDone }: Props) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const webinars = useQuery(trpc.webinar.list.queryOptions());
  const [draft, setDraft] = useState<Draft>(() => draftOf(delivery, endpoints));
  const set = (part: Partial<Draft>) => setDraft({ ...draft, ...part });
  const { name, webinarId, target, bucket, rows, layout, hours, time } = draft;
  const options = {
    onSuccess: () => {
      void client.invalidateQueries(trpc.exportDelivery.list.queryFilter());
      onDone();
    },
  };
  const create = useMutation(trpc.exportDelivery.create.mutationOptions(options));
  const change = useMutation(trpc.exportDelivery.change.mutationOptions(options));
  const error = create.error ?? change.error;
  const fault = error ? wireError(error) : undefined;
  const faultOf = (field: string) => (fault?.field === field ? fault.message : undefined);
  const submit = () => {
    const wish = wishOfDraft(draft);
    if (delivery) change.mutate({ ...wish, id: delivery.id, enabled: !delivery.disabled });
    else create.mutate(wish);
  };
  return (
    <form
      className="item stack"
      noValidate
      aria-label={delivery ? "Change delivery" : "New delivery"}
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <TextField
        label="Delivery name"
        value={name}
        maxLength={80}
        placeholder="Warehouse"
        onChange={(event) => set({ name: event.target.value })}
        fault={faultOf("name")}
      />
      <SelectField
        label="Which webinars"
        value={webinarId}
        onChange={(event) => set({ webinarId: event.target.value })}
        choices={[
          { value: "", name: "All webinars" },
          ...(webinars.data ?? []).map((webinar) => ({ value: webinar.id, name: webinar.title })),
        ]}
      />
      <SelectField
        label="Where to"
        value={target}
        onChange={(event) => set({ target: event.target.value })}
        fault={faultOf("endpointId")}
        choices={[
          ...endpoints.map((endpoint) => ({
            value: endpoint.id,
            name: `Webhook: ${endpoint.name || new URL(endpoint.url).host}`,
          })),
          { value: "s3", name: "S3 bucket" },
        ]}
        {...(target === "s3"
          ? {}
          : { help: "The message export.ready holds a link for each file, good for a day." })}
      />
      {target === "s3" && (
        <BucketFields
          bucket={bucket}
          keepsKey={Boolean(delivery?.bucket)}
          onChange={(place) => set({ bucket: place })}
          faultOf={(field) => faultOf(`bucket.${field}`)}
        />
      )}
      <ExportPicks rows={rows} onChange={(picked) => set({ rows: picked })} />
      <CheckField
        label="In the layout of Zoom's reports, where there is one"
        checked={layout === "zoom"}
        onChange={(on) => set({ layout: on ? "zoom" : "tidy" })}
      />
      <TextField
        label="Hours after the end (empty: not then)"
        type="number"
        min={0}
        max={720}
        value={hours}
        onChange={(event) => set({ hours: event.target.value })}
        fault={faultOf("hoursAfterEnd")}
      />
      <TextField
        label="Every day at (UTC; empty: not daily)"
        type="time"
        value={time}
        help="From a month before a webinar begins until a week after it is over."
        onChange={(event) => set({ time: event.target.value })}
        fault={faultOf("dailyMinute")}
      />
      {fault && !isBeside(fault.field) && <Notice kind="bad">{fault.message}</Notice>}
      <div className="row">
        <button
          className="button primary small"
          type="submit"
          disabled={create.isPending || change.isPending}
        >
          {delivery ? "Save" : "Add delivery"}
        </button>
        <button className="button small quiet" type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
