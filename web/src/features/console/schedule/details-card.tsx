"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useMemo, useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import type { AppRouter } from "../../../server/routers/index.ts";
import { ConfirmDialog } from "../../../ui/confirm-dialog.tsx";
import { TextArea, TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import { instantIn, wallClock } from "../time-zones.ts";

type Webinar = inferRouterOutputs<AppRouter>["webinar"]["get"];

/** Title and date of a webinar that has not begun. Everybody who is registered hears of what their calendar must know. */
export function DetailsCard({ webinar }: { webinar: Webinar }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const { id } = webinar;
  const [values, setValues] = useState(() => ({
    title: webinar.title,
    description: webinar.description,
    ...wallClock(webinar.timeZone, new Date(webinar.startsAt)),
    timeZone: webinar.timeZone,
    duration: String(webinar.durationMinutes),
  }));
  const [asking, setAsking] = useState(false);
  const zones = useMemo(
    () => [...new Set([webinar.timeZone, "UTC", ...Intl.supportedValuesOf("timeZone")])],
    [webinar.timeZone],
  );
  const inSeries = webinar.seriesId !== null;
  const [following, setFollowing] = useState(false);
  const reload = () => {
    void client.invalidateQueries(trpc.webinar.get.queryFilter({ id }));
    void client.invalidateQueries(trpc.plan.series.queryFilter());
  };
  const saveAll = useMutation(trpc.plan.changeFollowing.mutationOptions({ onSuccess: reload }));
  const cancelAll = useMutation(trpc.plan.cancelFollowing.mutationOptions({ onSuccess: reload }));
  const save = useMutation(trpc.webinar.update.mutationOptions({ onSuccess: reload }));
  const cancel = useMutation(trpc.webinar.cancel.mutationOptions({ onSuccess: reload }));
  const error = save.error ?? cancel.error ?? saveAll.error ?? cancelAll.error;
  const fault = error ? wireError(error) : undefined;
  const of = (field: string) => (fault?.field?.startsWith(field) ? fault.message : undefined);
  const bind = (key: keyof typeof values) => ({
    value: values[key],
    onChange: (event: { target: { value: string } }) => {
      save.reset();
      saveAll.reset();
      setValues((current) => ({ ...current, [key]: event.target.value }));
    },
  });
  if (webinar.phase !== "scheduled" && webinar.phase !== "green-room")
    return (
      <section className="card stack" aria-labelledby="details">
        <h2 id="details">Date and details</h2>
        <p className="dim">
          {webinar.cancelled
            ? "This webinar was cancelled; everybody who was registered has been told."
            : "A webinar that has begun cannot be moved any more."}
        </p>
      </section>
    );
  return (
    <form
      className="card stack"
      noValidate
      aria-labelledby="details"
      onSubmit={(event) => {
        event.preventDefault();
        (following ? saveAll : save).mutate({
          id,
          title: values.title,
          description: values.description,
          startsAt: instantIn(values.timeZone, values.date, values.time),
          durationMinutes: Number(values.duration),
          timeZone: values.timeZone,
        });
      }}
    >
      <h2 id="details">Date and details</h2>
      {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
      {(save.isSuccess || saveAll.isSuccess) && (
        <Notice kind="good">Saved. Who is registered gets a mail when date or title changed.</Notice>
      )}
      <TextField label="Title" required maxLength={200} {...bind("title")} fault={of("title")} />
      <TextArea label="Description" maxLength={5000} {...bind("description")} fault={of("description")} />
      <div className="pair">
        <TextField label="Date" type="date" required {...bind("date")} fault={of("startsAt")} />
        <TextField label="Time" type="time" required {...bind("time")} />
      </div>
      <div className="pair">
        <SelectField
          label="Time zone"
          choices={zones.map((zone) => ({ value: zone, name: zone.replaceAll("_", " ") }))}
          {...bind("timeZone")}
        />
        <TextField
          label="Duration (minutes)"
          type="number"
          min={5}
          max={1440}
          {...bind("duration")}
          fault={of("durationMinutes")}
        />
      </div>
      {inSeries && (
        <SelectField
          label="Change or cancel"
          choices={[
            { value: "this", name: "This date only" },
            { value: "following", name: "This and the following dates" },
          ]}
          value={following ? "following" : "this"}
          onChange={(event) => setFollowing(event.target.value === "following")}
          help={following ? "Later dates move by as many days, to the same time." : undefined}
        />
      )}
      <div className="row between">
        <button className="button primary" type="submit" disabled={save.isPending || saveAll.isPending}>
          Save
        </button>
        <button className="button quiet" type="button" onClick={() => setAsking(true)}>
          Cancel webinar
        </button>
      </div>
      <ConfirmDialog
        open={asking}
        title={following ? "Cancel this and the following dates?" : "Cancel this webinar?"}
        confirm="Cancel webinar"
        onCancel={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          (following ? cancelAll : cancel).mutate({ id });
        }}
      >
        Everybody who is registered gets a mail that removes it from their calendar. This cannot be undone.
      </ConfirmDialog>
    </form>
  );
}
