"use client";
import { RostrumError } from "@rostrum/protocol";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useId, useMemo, useState } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { QueryFault } from "./query-fault.tsx";
import { type Repeat, RepeatFields } from "./schedule/repeat-fields.tsx";
import { type Template, TemplateChoice } from "./schedule/template-choice.tsx";
import { instantIn, wallClock } from "./time-zones.ts";

const quarterHour = 900_000;
const signedOut = new RostrumError("session.required", "Please sign in.");

function initial() {
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const soon = new Date(Math.ceil((Date.now() + quarterHour) / quarterHour) * quarterHour);
  const at = wallClock(timeZone, soon);
  return {
    title: "",
    description: "",
    ...at,
    timeZone,
    duration: "60",
    seats: "1000",
    rtmp: "",
    template: "",
  };
}

/** The form; or the way in, before anything is typed, for who is not signed in. */
export function ScheduleForm() {
  const session = useQuery(useTRPC().auth.session.queryOptions());
  if (session.data === null) return <QueryFault error={signedOut} />;
  return <Form />;
}

function Form() {
  const trpc = useTRPC();
  const router = useRouter();
  const zoneId = useId();
  const [values, setValues] = useState(initial);
  const zones = useMemo(() => ["UTC", ...Intl.supportedValuesOf("timeZone")], []);
  const [repeat, setRepeat] = useState<Repeat>();
  const create = useMutation(trpc.webinar.create.mutationOptions());
  const fromTemplate = useMutation(trpc.plan.fromTemplate.mutationOptions());
  const makeSeries = useMutation(trpc.plan.repeat.mutationOptions());
  const error = create.error ?? fromTemplate.error ?? makeSeries.error;
  const fault = error ? wireError(error) : undefined;
  const busy = create.isPending || fromTemplate.isPending || makeSeries.isPending;
  const of = (field: string) => (fault?.field?.startsWith(field) ? fault.message : undefined);
  const bind = (key: keyof typeof values) => ({
    value: values[key],
    onChange: (event: { target: { value: string } }) =>
      setValues((current) => ({ ...current, [key]: event.target.value })),
  });

  const startsAt = instantIn(values.timeZone, values.date, values.time);
  const submit = async () => {
    const details = {
      title: values.title,
      description: values.description,
      startsAt,
      durationMinutes: Number(values.duration),
      timeZone: values.timeZone,
      seats: Number(values.seats),
    };
    const url = values.rtmp.trim();
    const webinar = values.template
      ? await fromTemplate.mutateAsync({ ...details, templateId: values.template })
      : await create.mutateAsync({ ...details, ...(url ? { rtmpDestination: { label: "RTMP", url } } : {}) });
    if (repeat) await makeSeries.mutateAsync({ id: webinar.id, ...repeat });
    router.push(`/console/${webinar.id}${repeat ? "/schedule" : ""}`);
  };
  const begin = (template: Template | undefined) =>
    setValues((current) => ({
      ...current,
      template: template?.id ?? "",
      ...(template
        ? {
            title: template.title,
            description: template.description,
            duration: String(template.durationMinutes),
            seats: String(template.seats),
          }
        : {}),
    }));

  return (
    <form
      className="card stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit().catch(() => {}); // Each call keeps what went wrong, and the form shows it.
      }}
    >
      <TemplateChoice value={values.template} onChoose={begin} />
      {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
      <TextField label="Title" required maxLength={200} {...bind("title")} fault={of("title")} />
      <TextArea label="Description" maxLength={5000} {...bind("description")} fault={of("description")} />
      <div className="pair">
        <TextField label="Date" type="date" required {...bind("date")} fault={of("startsAt")} />
        <TextField label="Time" type="time" required {...bind("time")} />
      </div>
      <div className="pair">
        <div className="field">
          <label htmlFor={zoneId}>Time zone</label>
          <select className="input" id={zoneId} {...bind("timeZone")}>
            {zones.map((zone) => (
              <option key={zone} value={zone}>
                {zone.replaceAll("_", " ")}
              </option>
            ))}
          </select>
        </div>
        <TextField
          label="Duration (minutes)"
          type="number"
          min={5}
          max={1440}
          required
          {...bind("duration")}
          fault={of("durationMinutes")}
        />
      </div>
      <RepeatFields
        startsAt={startsAt}
        timeZone={values.timeZone}
        onChange={setRepeat}
        fault={of("repeat")}
      />
      <details>
        <summary>More options</summary>
        <div className="stack">
          <TextField
            label="Interactive seats"
            type="number"
            min={0}
            max={100_000}
            {...bind("seats")}
            fault={of("seats")}
            help="Whoever comes when they are taken watches the broadcast and moves up when one becomes free."
          />
          <TextField
            label="RTMP destination"
            placeholder="rtmp://live.example.com/app/stream-key"
            autoComplete="off"
            {...bind("rtmp")}
            fault={of("rtmpDestination")}
            help="The programme is also sent there while you are live."
          />
        </div>
      </details>
      <div>
        <button className="button primary" type="submit" disabled={busy}>
          {busy ? "Scheduling…" : "Schedule"}
        </button>
      </div>
    </form>
  );
}
