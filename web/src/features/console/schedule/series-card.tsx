"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import Link from "next/link";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import type { AppRouter } from "../../../server/routers/index.ts";
import { Notice } from "../../../ui/notice.tsx";
import { PhaseBadge } from "../../../ui/phase-badge.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import { choices, type Repeat, RepeatFields } from "./repeat-fields.tsx";

type Webinar = inferRouterOutputs<AppRouter>["webinar"]["get"];

/** The other dates of the series, or how to make this one the first of a series. */
export function SeriesCard({ webinar }: { webinar: Webinar }) {
  const trpc = useTRPC();
  const { id, timeZone, seriesId } = webinar;
  const series = useQuery(trpc.plan.series.queryOptions({ id }, { enabled: seriesId !== null }));
  if (seriesId === null) return webinar.phase === "ended" ? null : <MakeSeries webinar={webinar} />;
  if (!series.data) return null;
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone });
  return (
    <section className="card stack" aria-labelledby="series">
      <h2 id="series">Series of {series.data.dates.length}</h2>
      <ChoiceField id={id} choice={series.data.choice} />
      <ol className="date-list">
        {series.data.dates.map((date) => (
          <li key={date.id} className="row between">
            <span className="number">
              {date.id === id ? (
                <strong>{format.format(date.startsAt)}</strong>
              ) : (
                <Link href={`/console/${date.id}/schedule`}>{format.format(date.startsAt)}</Link>
              )}
            </span>
            {date.cancelled ? <span className="badge">Cancelled</span> : <PhaseBadge phase={date.phase} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

function ChoiceField({ id, choice }: { id: string; choice: Repeat["choice"] }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const save = useMutation(
    trpc.plan.setChoice.mutationOptions({
      onSuccess: () => void client.invalidateQueries(trpc.plan.series.queryFilter()),
    }),
  );
  return (
    <SelectField
      label="People register for"
      choices={choices}
      value={save.variables?.choice ?? choice}
      onChange={(event) => save.mutate({ id, choice: event.target.value as Repeat["choice"] })}
      fault={save.error ? wireError(save.error).message : undefined}
    />
  );
}

function MakeSeries({ webinar }: { webinar: Webinar }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [repeat, setRepeat] = useState<Repeat>();
  const make = useMutation(
    trpc.plan.repeat.mutationOptions({
      onSuccess: () => void client.invalidateQueries(trpc.webinar.get.queryFilter({ id: webinar.id })),
    }),
  );
  return (
    <form
      className="card stack"
      noValidate
      aria-labelledby="series"
      onSubmit={(event) => {
        event.preventDefault();
        if (repeat) make.mutate({ id: webinar.id, ...repeat });
      }}
    >
      <h2 id="series">Series</h2>
      <p className="help">More dates of the same webinar, each with its page, form, rules and mails.</p>
      {make.error && <Notice kind="bad">{wireError(make.error).message}</Notice>}
      <RepeatFields
        startsAt={new Date(webinar.startsAt)}
        timeZone={webinar.timeZone}
        onChange={setRepeat}
        fault={undefined}
      />
      {repeat && (
        <div>
          <button className="button primary" type="submit" disabled={make.isPending}>
            Make a series
          </button>
        </div>
      )}
    </form>
  );
}
