"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import type { AppRouter } from "../../../server/routers/index.ts";
import { CheckField } from "../../../ui/check-field.tsx";
import { TextArea, TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";

type Plan = inferRouterOutputs<AppRouter>["webinar"]["mails"];

const usual = [
  { minutes: 10_080, name: "A week before" },
  { minutes: 1440, name: "A day before" },
  { minutes: 60, name: "An hour before" },
  { minutes: 15, name: "15 minutes before" },
];

/** Reminders before, a few words after. Invitations, changes and cancellation are always mailed. */
export function MailsCard({ webinarId, saved }: { webinarId: string; saved: Plan }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [reminders, setReminders] = useState(new Set(saved.reminders));
  const [follow, setFollow] = useState(saved.followUp !== null);
  const [after, setAfter] = useState(String(saved.followUp?.offsetMinutes ?? 60));
  const [attended, setAttended] = useState(saved.followUp?.attendedText ?? "");
  const [missed, setMissed] = useState(saved.followUp?.missedText ?? "");
  const save = useMutation(
    trpc.webinar.setMails.mutationOptions({
      onSuccess: () => void client.invalidateQueries(trpc.webinar.mails.queryFilter({ id: webinarId })),
    }),
  );
  const fault = save.error ? wireError(save.error) : undefined;
  const of = (field: string) => (fault?.field === `followUp.${field}` ? fault.message : undefined);
  const toggle = (minutes: number, on: boolean) => {
    const next = new Set(reminders);
    if (on) next.add(minutes);
    else next.delete(minutes);
    setReminders(next);
  };
  return (
    <form
      className="card stack"
      noValidate
      aria-labelledby="mails"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({
          id: webinarId,
          reminders: [...reminders],
          followUp: follow
            ? { offsetMinutes: Number(after), attendedText: attended, missedText: missed }
            : null,
        });
      }}
    >
      <h2 id="mails">Mails</h2>
      <p className="help">
        Invitations, changes and a cancellation are always mailed, with an entry that the calendar follows.
        Reminders move with the date, come once, and can be stopped with one click.
      </p>
      {fault && !fault.field?.startsWith("followUp") && <Notice kind="bad">{fault.message}</Notice>}
      {save.isSuccess && <Notice kind="good">Saved.</Notice>}
      <fieldset className="field plain">
        <legend className="label">Reminders</legend>
        {usual.map(({ minutes, name }) => (
          <CheckField
            key={minutes}
            label={name}
            checked={reminders.has(minutes)}
            onChange={(on) => toggle(minutes, on)}
          />
        ))}
      </fieldset>
      <CheckField label="Write to people after the end" checked={follow} onChange={setFollow} />
      {follow && (
        <>
          <TextField
            label="Minutes after the end"
            type="number"
            min={0}
            max={43_200}
            value={after}
            onChange={(event) => setAfter(event.target.value)}
            fault={of("offsetMinutes")}
          />
          <TextArea
            label="To those who came"
            value={attended}
            maxLength={2000}
            onChange={(event) => setAttended(event.target.value)}
            fault={of("attendedText")}
          />
          <TextArea
            label="To those who did not"
            value={missed}
            maxLength={2000}
            onChange={(event) => setMissed(event.target.value)}
            fault={of("missedText")}
          />
        </>
      )}
      <div>
        <button className="button primary" type="submit" disabled={save.isPending}>
          Save mails
        </button>
      </div>
    </form>
  );
}
