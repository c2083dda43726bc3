"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { CheckField } from "../../../ui/check-field.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import { type BucketDraft, BucketFields, emptyBucket } from "./bucket-fields.tsx";
import { exportKinds, filesOf, type Layout, minuteOf, type Row, rowsOf, timeOf } from "./export-delivery.ts";
import type { Endpoint, ExportDelivery } from "./overview.ts";

type Props = { endpoints: Endpoint[]; delivery?: ExportDelivery; onDone: () => void };

/** Make or change a delivery: what, where to, when. */
export function ExportDeliveryForm({ endpoints, delivery, onDone }: Props) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const webinars = useQuery(trpc.webinar.list.queryOptions());
  const [name, setName] = useState(delivery?.name ?? "");
  const [webinarId, setWebinarId] = useState(delivery?.webinarId ?? "");
  const [target, setTarget] = useState(
    delivery?.endpointId ?? (delivery || endpoints.length === 0 ? "s3" : (endpoints[0]?.id ?? "s3")),
  );
  const [bucket, setBucket] = useState<BucketDraft>(
    delivery?.bucket ? { ...delivery.bucket, secretKey: "" } : emptyBucket,
  );
  const [rows, setRows] = useState<Row[]>(
    delivery ? rowsOf(delivery.files) : [{ kind: "attendance", format: "csv" }],
  );
  const [layout, setLayout] = useState<Layout>(
    delivery?.files.some((file) => file.layout === "zoom") ? "zoom" : "tidy",
  );
  const [hours, setHours] = useState(delivery ? (delivery.hoursAfterEnd?.toString() ?? "") : "1");
  const [time, setTime] = useState(timeOf(delivery?.dailyMinute ?? null));
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
  const has = (row: Row) => rows.some((one) => one.kind === row.kind && one.format === row.format);
  const submit = () => {
    const wish = {
      name,
      webinarId: webinarId || null,
      endpointId: target === "s3" ? null : target,
      bucket: target === "s3" ? bucket : null,
      files: filesOf(rows, layout),
      hoursAfterEnd: hours.trim() === "" ? null : Number(hours),
      dailyMinute: minuteOf(time),
    };
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
        onChange={(event) => setName(event.target.value)}
        fault={faultOf("name")}
      />
      <SelectField
        label="Which webinars"
        value={webinarId}
        onChange={(event) => setWebinarId(event.target.value)}
        choices={[
          { value: "", name: "All webinars" },
          ...(webinars.data ?? []).map((webinar) => ({ value: webinar.id, name: webinar.title })),
        ]}
      />
      <SelectField
        label="Where to"
        value={target}
        onChange={(event) => setTarget(event.target.value)}
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
          onChange={setBucket}
          faultOf={(field) => faultOf(`bucket.${field}`)}
        />
      )}
      <fieldset className="field plain">
        <legend className="label">Exports</legend>
        <ul className="export-picks">
          {exportKinds.map(({ kind, name: title }) => (
            <li key={kind} className="row between" style={{ flexWrap: "nowrap" }}>
              <span>{title}</span>
              <span className="row">
                {(["csv", "xlsx"] as const).map((format) => (
                  <label key={format} className="check small">
                    <input
                      type="checkbox"
                      aria-label={`${title} as ${format.toUpperCase()}`}
                      checked={has({ kind, format })}
                      onChange={(event) =>
                        setRows(
                          event.target.checked
                            ? [...rows, { kind, format }]
                            : rows.filter((row) => row.kind !== kind || row.format !== format),
                        )
                      }
                    />
                    {format.toUpperCase()}
                  </label>
                ))}
              </span>
            </li>
          ))}
        </ul>
      </fieldset>
      <CheckField
        label="In the layout of Zoom's reports, where there is one"
        checked={layout === "zoom"}
        onChange={(on) => setLayout(on ? "zoom" : "tidy")}
      />
      <TextField
        label="Hours after the end (empty: not then)"
        type="number"
        min={0}
        max={720}
        value={hours}
        onChange={(event) => setHours(event.target.value)}
        fault={faultOf("hoursAfterEnd")}
      />
      <TextField
        label="Every day at (UTC; empty: not daily)"
        type="time"
        value={time}
        help="From a month before a webinar begins until a week after it is over."
        onChange={(event) => setTime(event.target.value)}
        fault={faultOf("dailyMinute")}
      />
      {fault &&
        !["name", "endpointId", "hoursAfterEnd", "dailyMinute"].includes(fault.field ?? "") &&
        !fault.field?.startsWith("bucket.") && <Notice kind="bad">{fault.message}</Notice>}
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
