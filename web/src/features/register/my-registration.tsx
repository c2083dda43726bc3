"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { LocalTime } from "../../ui/local-time.tsx";
import { Notice } from "../../ui/notice.tsx";
import { FormFields } from "./form-fields.tsx";

const standing = {
  registered: "You have a place.",
  pending: "The host has not decided yet.",
  waitlisted: "You are on the waitlist.",
  denied: "The host did not accept this registration.",
  cancelled: "This registration is cancelled.",
};

/** Where a registrant looks after their registration, with nothing but their personal link. */
export function MyRegistration({ token }: { token: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const mine = useQuery(trpc.registration.mine.queryOptions({ token }));
  const reload = () => void client.invalidateQueries(trpc.registration.mine.queryFilter({ token }));
  const edit = useMutation(trpc.registration.edit.mutationOptions({ onSuccess: reload }));
  const cancel = useMutation(trpc.registration.cancel.mutationOptions({ onSuccess: reload }));
  const mail = useMutation(trpc.registration.mailAgain.mutationOptions());
  const [changed, setChanged] = useState<{ name?: string; answers?: Record<string, string> }>({});
  const [asking, setAsking] = useState(false);
  if (mine.isPending) return <p className="dim">Loading…</p>;
  if (mine.isError) return <Notice kind="bad">{wireError(mine.error).message}</Notice>;
  const { webinar, status, statusReason, email, fields } = mine.data;
  const name = changed.name ?? mine.data.name;
  const answers = changed.answers ?? mine.data.answers;
  const open = webinar.phase !== "ended" && status !== "cancelled" && status !== "denied";
  const error = edit.error ?? cancel.error ?? mail.error;
  const fault = error ? wireError(error) : undefined;
  const answerFault = fault?.field?.startsWith("answers.")
    ? { id: fault.field.slice("answers.".length), message: fault.message }
    : undefined;
  return (
    <div className="stack-large">
      <div className="stack-small">
        <h1>{webinar.title}</h1>
        <p className="dim">
          <LocalTime at={webinar.startsAt} /> · {webinar.durationMinutes} minutes
        </p>
        <Notice kind={status === "registered" ? "good" : status === "cancelled" ? "plain" : "warn"}>
          {standing[status]} {statusReason}
        </Notice>
      </div>
      {open ? (
        <form
          className="card stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            edit.mutate({ token, name, answers });
          }}
        >
          <h2>Your registration</h2>
          {fault && !answerFault && fault.field !== "name" && <Notice kind="bad">{fault.message}</Notice>}
          {edit.isSuccess && <Notice kind="good">Saved.</Notice>}
          {mail.isSuccess && <Notice kind="good">The mail is on its way.</Notice>}
          <TextField
            label="Name"
            autoComplete="name"
            value={name}
            onChange={(event) => setChanged({ ...changed, name: event.target.value })}
            fault={fault?.field === "name" ? fault.message : undefined}
          />
          <TextField label="E-mail" value={email} readOnly help="Another address is another registration." />
          <FormFields
            fields={fields}
            answers={answers}
            fault={answerFault}
            onAnswer={(id, answer) => setChanged({ ...changed, answers: { ...answers, [id]: answer } })}
          />
          <div className="row">
            <button className="button primary" type="submit" disabled={edit.isPending}>
              Save
            </button>
            <button
              className="button"
              type="button"
              disabled={mail.isPending}
              onClick={() => mail.mutate({ token })}
            >
              Mail me my link again
            </button>
            <Link className="button" href={`/check/${token}`}>
              Test your connection
            </Link>
            <button className="button quiet" type="button" onClick={() => setAsking(true)}>
              Cancel registration
            </button>
          </div>
        </form>
      ) : (
        webinar.phase !== "ended" &&
        status === "cancelled" && (
          <p>
            <Link className="button" href={`/w/${webinar.slug}`}>
              Register again
            </Link>
          </p>
        )
      )}
      <ConfirmDialog
        open={asking}
        title="Cancel your registration?"
        confirm="Cancel registration"
        onCancel={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          cancel.mutate({ token });
        }}
      >
        Your place goes to whoever waits for one. You can register again while there are places.
      </ConfirmDialog>
    </div>
  );
}
