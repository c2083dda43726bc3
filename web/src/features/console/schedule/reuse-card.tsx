"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import type { AppRouter } from "../../../server/routers/index.ts";
import { CheckField } from "../../../ui/check-field.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { instantIn, wallClock } from "../time-zones.ts";

type Webinar = inferRouterOutputs<AppRouter>["webinar"]["get"];
type Part = inferRouterInputs<AppRouter>["plan"]["clone"]["take"][number];
const parts: { part: Part; name: string }[] = [
  { part: "page", name: "Public page: pictures, speakers, agenda" },
  { part: "form", name: "Questions of the form" },
  { part: "rules", name: "Places, approval and consent" },
  { part: "mails", name: "Reminders, follow-up and your words in mails" },
  { part: "destinations", name: "RTMP destinations" },
];
const weekMs = 7 * 24 * 3600_000;

/** Begin another webinar with what is in this one. */
export function ReuseCard({ webinar }: { webinar: Webinar }) {
  return (
    <section className="card stack" aria-labelledby="reuse">
      <h2 id="reuse">Use it again</h2>
      <CloneForm webinar={webinar} />
      <hr className="rule" />
      <TemplateForm webinar={webinar} />
    </section>
  );
}

function CloneForm({ webinar }: { webinar: Webinar }) {
  const trpc = useTRPC();
  const router = useRouter();
  const [values, setValues] = useState(() => ({
    title: webinar.title,
    ...wallClock(webinar.timeZone, new Date(Math.max(webinar.startsAt, Date.now()) + weekMs)),
  }));
  const [take, setTake] = useState<Part[]>(["page", "form", "rules", "mails"]);
  const clone = useMutation(
    trpc.plan.clone.mutationOptions({ onSuccess: ({ id }) => router.push(`/console/${id}`) }),
  );
  const fault = clone.error ? wireError(clone.error) : undefined;
  const bind = (key: keyof typeof values) => ({
    value: values[key],
    onChange: (event: { target: { value: string } }) =>
      setValues((current) => ({ ...current, [key]: event.target.value })),
  });
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const startsAt = instantIn(webinar.timeZone, values.date, values.time);
        clone.mutate({ id: webinar.id, title: values.title, startsAt, take });
      }}
    >
      {fault && <Notice kind="bad">{fault.message}</Notice>}
      <TextField label="Title of the copy" maxLength={200} {...bind("title")} />
      <div className="pair">
        <TextField label="Date of the copy" type="date" {...bind("date")} />
        <TextField label="Time of the copy" type="time" {...bind("time")} />
      </div>
      <fieldset className="field plain">
        <legend className="label">Take along</legend>
        {parts.map(({ part, name }) => (
          <CheckField
            key={part}
            label={name}
            checked={take.includes(part)}
            onChange={(on) => setTake(on ? [...take, part] : take.filter((one) => one !== part))}
          />
        ))}
      </fieldset>
      <div>
        <button className="button" type="submit" disabled={clone.isPending}>
          Clone
        </button>
      </div>
    </form>
  );
}

function TemplateForm({ webinar }: { webinar: Webinar }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [name, setName] = useState(webinar.title);
  const reload = () => void client.invalidateQueries(trpc.plan.templates.queryFilter());
  const templates = useQuery(trpc.plan.templates.queryOptions());
  const save = useMutation(trpc.plan.saveTemplate.mutationOptions({ onSuccess: reload }));
  const remove = useMutation(trpc.plan.deleteTemplate.mutationOptions({ onSuccess: reload }));
  const error = save.error ?? remove.error;
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ id: webinar.id, name });
      }}
    >
      {error && <Notice kind="bad">{wireError(error).message}</Notice>}
      {save.isSuccess && <Notice kind="good">Saved. Choose it where you schedule a webinar.</Notice>}
      <TextField
        label="Template name"
        maxLength={120}
        value={name}
        onChange={(event) => {
          save.reset();
          setName(event.target.value);
        }}
      />
      <div>
        <button className="button" type="submit" disabled={save.isPending}>
          Save as template
        </button>
      </div>
      {templates.data && templates.data.length > 0 && (
        <ul className="date-list">
          {templates.data.map((template) => (
            <li key={template.id} className="row between">
              <span>{template.name}</span>
              <button
                className="button small quiet"
                type="button"
                aria-label={`Delete template ${template.name}`}
                onClick={() => remove.mutate({ templateId: template.id })}
              >
                Delete
              </button>
            </li>
          ))}
        </ul>
      )}
    </form>
  );
}
