"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import Link from "next/link";
import { useState } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import type { Texts } from "../../texts/index.ts";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { LocalTime } from "../../ui/local-time.tsx";
import { Notice } from "../../ui/notice.tsx";
import { FormFields } from "./form-fields.tsx";
import { ConfirmCard, type Mine, OfferCard } from "./my-answer.tsx";

/** Where a registrant looks after their registration, with nothing but their personal link. */
export function MyRegistration({ token }: { token: string }) {
  const trpc = useTRPC();
  const texts = useTexts();
  const faults = useFaults();
  const client = useQueryClient();
  const mine = useQuery(trpc.registration.mine.queryOptions({ token }));
  const reload = () => void client.invalidateQueries(trpc.registration.mine.queryFilter({ token }));
  if (mine.isPending) return <p className="dim">{texts.loading}</p>;
  if (mine.isError) return <Notice kind="bad">{faults.of(mine.error).message}</Notice>;
  const { webinar, status, statusReason, waitlistPosition } = mine.data;
  const over = webinar.phase === "ended";
  const answering = status === "offered" || status === "unconfirmed";
  const editable = !over && !answering && status !== "cancelled" && status !== "denied";
  return (
    <div className="stack-large">
      <div className="stack-small">
        <h1>{webinar.title}</h1>
        <p className="dim">
          <LocalTime at={webinar.startsAt} /> · {texts.page.minutes(webinar.durationMinutes)}
        </p>
        <Notice kind={status === "registered" ? "good" : status === "cancelled" ? "plain" : "warn"}>
          {texts.mine.standing[status]}{" "}
          {waitlistPosition !== null && texts.mine.waitlistNumber(String(waitlistPosition))}{" "}
          {faults.said(statusReason)}
        </Notice>
      </div>
      {status === "unconfirmed" && (
        <ConfirmCard token={token} mine={mine.data} texts={texts} onAnswered={reload} />
      )}
      {status === "offered" && !over && (
        <OfferCard token={token} mine={mine.data} texts={texts} onAnswered={reload} />
      )}
      {editable && <EditCard token={token} mine={mine.data} texts={texts} onChanged={reload} />}
      {!over && status === "cancelled" && (
        <p>
          <Link className="button" href={`/w/${webinar.slug}`}>
            {texts.mine.again}
          </Link>
        </p>
      )}
    </div>
  );
}

type EditProps = { token: string; mine: Mine; texts: Texts; onChanged: () => void };

function EditCard({ token, mine, texts, onChanged }: EditProps) {
  const faults = useFaults();
  const trpc = useTRPC();
  const edit = useMutation(trpc.registration.edit.mutationOptions({ onSuccess: onChanged }));
  const cancel = useMutation(trpc.registration.cancel.mutationOptions({ onSuccess: onChanged }));
  const mail = useMutation(trpc.registration.mailAgain.mutationOptions());
  const [changed, setChanged] = useState<{ name?: string; answers?: Record<string, string> }>({});
  const [asking, setAsking] = useState(false);
  const name = changed.name ?? mine.name;
  const answers = changed.answers ?? mine.answers;
  const error = edit.error ?? cancel.error ?? mail.error;
  const fault = error ? faults.of(error) : undefined;
  const answerFault = fault?.field?.startsWith("answers.")
    ? { id: fault.field.slice("answers.".length), message: fault.message }
    : undefined;
  return (
    <>
      <form
        className="card stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          edit.mutate({ token, name, answers });
        }}
      >
        <h2>{texts.mine.heading}</h2>
        {fault && !answerFault && fault.field !== "name" && <Notice kind="bad">{fault.message}</Notice>}
        {edit.isSuccess && <Notice kind="good">{texts.mine.saved}</Notice>}
        {mail.isSuccess && <Notice kind="good">{texts.mine.mailed}</Notice>}
        <TextField
          label={texts.form.name}
          autoComplete="name"
          value={name}
          onChange={(event) => setChanged({ ...changed, name: event.target.value })}
          fault={fault?.field === "name" ? fault.message : undefined}
        />
        <TextField label={texts.form.email} value={mine.email} readOnly help={texts.mine.emailHelp} />
        <FormFields
          fields={mine.fields}
          answers={answers}
          fault={answerFault}
          texts={texts.form}
          onAnswer={(id, answer) => setChanged({ ...changed, answers: { ...answers, [id]: answer } })}
        />
        <div className="row">
          <button className="button primary" type="submit" disabled={edit.isPending}>
            {texts.mine.save}
          </button>
          <button
            className="button"
            type="button"
            disabled={mail.isPending}
            onClick={() => mail.mutate({ token })}
          >
            {texts.mine.mailAgain}
          </button>
          <Link className="button" href={`/check/${token}`}>
            {texts.check.title}
          </Link>
          <button className="button quiet" type="button" onClick={() => setAsking(true)}>
            {texts.mine.cancel}
          </button>
        </div>
      </form>
      <ConfirmDialog
        open={asking}
        title={texts.mine.cancelTitle}
        confirm={texts.mine.cancel}
        dismiss={texts.mine.keep}
        onCancel={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          cancel.mutate({ token });
        }}
      >
        {texts.mine.cancelText}
      </ConfirmDialog>
    </>
  );
}
