"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";

const asDays = (text: string): number | null => (text.trim() === "" ? null : Number(text));
const daysOf = (count: number): string => `${count} ${count === 1 ? "day" : "days"}`;
const goes = "Then names, addresses, answers and messages go by themselves; totals stay.";

type FormProps = {
  /** Of the heading, on a page with several. */
  id: string;
  title: string;
  saved: number | null;
  placeholder: string;
  help: string;
  pending: boolean;
  done: boolean;
  error: unknown;
  onSave: (days: number | null) => void;
};

function DaysForm({ id, title, saved, placeholder, help, pending, done, error, onSave }: FormProps) {
  const [days, setDays] = useState(saved === null ? "" : String(saved));
  const fault = error ? wireError(error) : undefined;
  return (
    <form
      className="card stack"
      noValidate
      aria-labelledby={id}
      onSubmit={(event) => {
        event.preventDefault();
        onSave(asDays(days));
      }}
    >
      <h2 id={id}>{title}</h2>
      <TextField
        label="Days after the end"
        type="number"
        min={0}
        max={3650}
        placeholder={placeholder}
        value={days}
        onChange={(event) => setDays(event.target.value)}
        help={help}
        fault={fault?.field === "days" ? fault.message : undefined}
      />
      {fault && fault.field !== "days" && <Notice kind="bad">{fault.message}</Notice>}
      {done && <Notice kind="good">Saved.</Notice>}
      <div>
        <button className="button primary" type="submit" disabled={pending}>
          Save
        </button>
      </div>
    </form>
  );
}

/** For how long the organisation keeps people's data. */
export function RetentionCard({ saved }: { saved: number | null }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const save = useMutation(
    trpc.privacy.setRetention.mutationOptions({
      onSuccess: () => void client.invalidateQueries(trpc.privacy.retention.queryFilter()),
    }),
  );
  return (
    <DaysForm
      id="retention"
      title="Keeping people's data"
      saved={saved}
      placeholder="For ever"
      help={`For every webinar that does not say otherwise. ${goes}`}
      pending={save.isPending}
      done={save.isSuccess}
      error={save.error}
      onSave={(days) => save.mutate({ days })}
    />
  );
}

/** For how long the organisation keeps recordings. */
export function RecordingDaysCard() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const kept = useQuery(trpc.privacy.recordings.queryOptions(undefined, { staleTime: 0 }));
  const save = useMutation(
    trpc.privacy.setRecordings.mutationOptions({
      onSuccess: () => void client.invalidateQueries(trpc.privacy.recordings.queryFilter()),
    }),
  );
  if (!kept.data) return null;
  return (
    <DaysForm
      id="recordings"
      title="Keeping recordings"
      saved={kept.data.days}
      placeholder="For ever"
      help="For every webinar that does not say otherwise. Its host gets a mail a week before; then the recording, tracks, captions and replay are deleted."
      pending={save.isPending}
      done={save.isSuccess}
      error={save.error}
      onSave={(days) => save.mutate({ days })}
    />
  );
}

/** The same for one webinar. */
export function WebinarRetentionCard({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const kept = useQuery(trpc.privacy.webinarRetention.queryOptions({ webinarId }, { staleTime: 0 }));
  const save = useMutation(
    trpc.privacy.setWebinarRetention.mutationOptions({
      onSuccess: () =>
        void client.invalidateQueries(trpc.privacy.webinarRetention.queryFilter({ webinarId })),
    }),
  );
  if (!kept.data) return null;
  const { days, preset, purgedAt } = kept.data;
  if (purgedAt !== null)
    return (
      <section className="card stack" aria-labelledby="retention">
        <h2 id="retention">Keeping people&apos;s data</h2>
        <Notice>
          Everybody&apos;s data was erased on{" "}
          {new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(purgedAt)}. Totals are as they were.
        </Notice>
      </section>
    );
  return (
    <DaysForm
      id="retention"
      title="Keeping people's data"
      saved={days}
      placeholder={preset === null ? "For ever" : `As the organisation: ${daysOf(preset)}`}
      help={goes}
      pending={save.isPending}
      done={save.isSuccess}
      error={save.error}
      onSave={(value) => save.mutate({ webinarId, days: value })}
    />
  );
}
