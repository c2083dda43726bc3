"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { LocalTime } from "../../ui/local-time.tsx";
import { Notice } from "../../ui/notice.tsx";
import { FormFields } from "./form-fields.tsx";

/** Where a registrant looks after their registration, with nothing but their personal link. */
export function MyRegistration({ token }: { token: string }) {
  const trpc = useTRPC();
  const texts = useTexts();
  const { mine: words } = texts.site;
  const faults = useFaults();
  const client = useQueryClient();
  const mine = useQuery(trpc.registration.mine.queryOptions({ token }));
  const reload = () => void client.invalidateQueries(trpc.registration.mine.queryFilter({ token }));
  const edit = useMutation(trpc.registration.edit.mutationOptions({ onSuccess: reload }));
  const cancel = useMutation(trpc.registration.cancel.mutationOptions({ onSuccess: reload }));
  const mail = useMutation(trpc.registration.mailAgain.mutationOptions());
  const [changed, setChanged] = useState<{ name?: string; answers?: Record<string, string> }>({});
  const [asking, setAsking] = useState(false);
  if (mine.isPending) return <p className="dim">{texts.loading}</p>;
  if (mine.isError) return <Notice kind="bad">{faults.of(mine.error).message}</Notice>;
  const { webinar, status, statusReason, email, fields } = mine.data;
  const name = changed.name ?? mine.data.name;
  const answers = changed.answers ?? mine.data.answers;
  const open = webinar.phase !== "ended" && status !== "cancelled" && status !== "denied";
  const error = edit.error ?? cancel.error ?? mail.error;
  const fault = error ? faults.of(error) : undefined;
  const answerFault = fault?.field?.startsWith("answers.")
    ? { id: fault.field.slice("answers.".length), message: fault.message }
    : undefined;
  return (
    <div className="stack-large">
      <div className="stack-small">
        <h1>{webinar.title}</h1>
        <p className="dim">
          <LocalTime at={webinar.startsAt} /> · {texts.page.minutes(webinar.durationMinutes)}
        </p>
        <Notice kind={status === "registered" ? "good" : status === "cancelled" ? "plain" : "warn"}>
          {words.standing[status]} {faults.said(statusReason)}
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
          <h2>{words.heading}</h2>
          {fault && !answerFault && fault.field !== "name" && <Notice kind="bad">{fault.message}</Notice>}
          {edit.isSuccess && <Notice kind="good">{words.saved}</Notice>}
          {mail.isSuccess && <Notice kind="good">{words.mailed}</Notice>}
          <TextField
            label={words.name}
            autoComplete="name"
            value={name}
            onChange={(event) => setChanged({ ...changed, name: event.target.value })}
            fault={fault?.field === "name" ? fault.message : undefined}
          />
          <TextField label={words.email} value={email} readOnly help={words.emailHelp} />
          <FormFields
            fields={fields}
            texts={texts.form}
            answers={answers}
            fault={answerFault}
            onAnswer={(id, answer) => setChanged({ ...changed, answers: { ...answers, [id]: answer } })}
          />
          <div className="row">
            <button className="button primary" type="submit" disabled={edit.isPending}>
              {words.save}
            </button>
            <button
              className="button"
              type="button"
              disabled={mail.isPending}
              onClick={() => mail.mutate({ token })}
            >
              {words.mailAgain}
            </button>
            <Link className="button" href={`/check/${token}`}>
              {words.test}
            </Link>
            <button className="button quiet" type="button" onClick={() => setAsking(true)}>
              {words.cancel}
            </button>
          </div>
        </form>
      ) : (
        webinar.phase !== "ended" &&
        status === "cancelled" && (
          <p>
            <Link className="button" href={`/w/${webinar.slug}`}>
              {words.again}
            </Link>
          </p>
        )
      )}
      <ConfirmDialog
        open={asking}
        title={words.cancelTitle}
        confirm={words.cancel}
        onCancel={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          cancel.mutate({ token });
        }}
      >
        {words.cancelText}
      </ConfirmDialog>
    </div>
  );
}
