"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import { useMay } from "../../account/use-may.ts";
import type { ReplaySettings } from "../../replay/replay.ts";

/** A day as people say it. */
export const longDate = (at: number): string =>
  new Intl.DateTimeFormat("en-GB", { dateStyle: "long" }).format(at);

/** What "longer" is, days. */
const longer = 30;

type Props = { webinarId: string; keeping: ReplaySettings["keeping"] };

/** What will become of it, before its last day is known. */
function plan({ days, preset }: Props["keeping"]): string {
  const kept = days ?? preset;
  return kept ? `It is deleted ${kept} days after the end.` : "Nothing deletes it by itself.";
}

/** How long the recording is kept, and, when it will go, for longer. */
export function KeepingCard({ webinarId, keeping }: Props) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const may = useMay();
  const [choice, setChoice] = useState(
    keeping.days === null ? "preset" : keeping.days === 0 ? "ever" : "days",
  );
  const [days, setDays] = useState(String(keeping.days || 90));
  const onSuccess = () => void client.invalidateQueries(trpc.replay.settings.queryFilter({ webinarId }));
  const keep = useMutation(trpc.replay.keep.mutationOptions({ onSuccess }));
  const more = useMutation(trpc.replay.keepLonger.mutationOptions({ onSuccess }));
  const error = keep.error ?? more.error;
  const fault = error ? wireError(error) : undefined;
  if (keeping.deletedAt !== null) return null;
  const preset = keeping.preset === null ? "for ever" : `${keeping.preset} days`;
  return (
    <section className="card stack" aria-labelledby="keeping">
      <h2 id="keeping">Keeping the recording</h2>
      {keeping.deletesAt === null ? (
        <p className="dim">{plan(keeping)}</p>
      ) : (
        <Notice kind={keeping.told ? "warn" : "plain"}>
          <span className="stack-small">
            <span>
              It is deleted on <b>{longDate(keeping.deletesAt)}</b>, with its tracks, captions and replay. The
              figures of the report stay.
            </span>
            {may("webinar.edit") && (
              <span>
                <button
                  className="button small"
                  type="button"
                  disabled={more.isPending}
                  onClick={() => more.mutate({ webinarId, days: longer })}
                >
                  Keep longer: {longer} days more
                </button>
              </span>
            )}
          </span>
        </Notice>
      )}
      {may("webinar.edit") && (
        <form
          className="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            const value = choice === "preset" ? null : choice === "ever" ? 0 : Number(days);
            keep.mutate({ webinarId, days: value });
          }}
        >
          <SelectField
            label="Keep it"
            value={choice}
            onChange={(event) => setChoice(event.target.value)}
            choices={[
              { value: "preset", name: `By default: ${preset}` },
              { value: "ever", name: "For ever" },
              { value: "days", name: "For some days" },
            ]}
          />
          {choice === "days" && (
            <TextField
              label="Days after the end"
              type="number"
              min={1}
              max={3650}
              value={days}
              onChange={(event) => setDays(event.target.value)}
              fault={fault?.field === "days" ? fault.message : undefined}
            />
          )}
          {fault && fault.field !== "days" && <Notice kind="bad">{fault.message}</Notice>}
          {keep.isSuccess && <Notice kind="good">Saved.</Notice>}
          <div>
            <button className="button" type="submit" disabled={keep.isPending}>
              Save
            </button>
          </div>
        </form>
      )}
    </section>
  );
}
