"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import { CheckField } from "../../ui/check-field.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { cameFrom, campaign } from "./campaign.ts";
import { type AskedField, FormFields } from "./form-fields.tsx";

type Props = {
  slug: string;
  fields: AskedField[];
  consent: { version: number; text: string } | null;
  places: "free" | "waitlist" | "none";
  needsApproval: boolean;
  onRegistered?: (status: string) => void;
  /** It is over: whoever registers watches the recording. */
  forReplay: boolean;
};

/** The second of the recording that somebody wanted to see when they were asked to register. */
function wantedSecond(): number {
  const text = new URLSearchParams(window.location.search).get("replay") ?? "";
  return /^\d{1,5}$/.test(text) ? Number(text) : 0;
}

/** Only what is asked is sent: an answer to a question that is hidden again stays here. */
const given = (answers: Record<string, string>) =>
  Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer.trim() !== ""));

export function RegistrationForm(props: Props) {
  const { slug, fields, consent, places, needsApproval, forReplay, onRegistered } = props;
  const trpc = useTRPC();
  const router = useRouter();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const [agreed, setAgreed] = useState(false);
  const submit = useMutation(
    trpc.registration.submit.mutationOptions({ onSuccess: ({ status }) => onRegistered?.(status) }),
  );
  const fault = submit.error ? wireError(submit.error) : undefined;
  const duplicate = fault?.code === "registration.duplicate";
  const of = (field: string) => (fault?.field === field && !duplicate ? fault.message : undefined);

  const watch = submit.data?.watch === true;
  useEffect(() => {
    if (watch) router.push(`/replay/${slug}?t=${wantedSecond()}`);
  }, [watch, router, slug]);
  if (submit.isSuccess && !watch)
    return <Done status={submit.data.status} email={email} forReplay={forReplay} />;
  const answerFault = fault?.field?.startsWith("answers.")
    ? { id: fault.field.slice("answers.".length), message: fault.message }
    : undefined;
  return (
    <form
      className="card stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit.mutate({
          slug,
          name,
          email,
          answers: given(answers),
          utm: campaign(),
          referrer: cameFrom(),
          ...(forReplay ? { replayAt: wantedSecond() } : {}),
          ...(consent && agreed ? { consentVersion: consent.version } : {}),
        });
      }}
    >
      <h2>
        {forReplay
          ? "Register to watch the recording"
          : places === "waitlist"
            ? "Join the waitlist"
            : "Register"}
      </h2>
      {places === "waitlist" && (
        <Notice kind="warn">
          All places are taken. Whoever waits longest gets the next one that becomes free.
        </Notice>
      )}
      {needsApproval && places === "free" && (
        <Notice>The host looks at every registration before you get your link.</Notice>
      )}
      {duplicate && <Notice kind="bad">{fault.message}</Notice>}
      {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
      <TextField
        label="Name"
        name="name"
        autoComplete="name"
        required
        value={name}
        onChange={(event) => setName(event.target.value)}
        fault={of("name")}
      />
      <TextField
        label="E-mail"
        type="email"
        name="email"
        autoComplete="email"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        fault={of("email")}
        help="Your personal link goes to this address."
      />
      <FormFields
        fields={fields}
        answers={answers}
        fault={answerFault}
        onAnswer={(id, answer) => setAnswers((current) => ({ ...current, [id]: answer }))}
      />
      {consent && (
        <CheckField
          label={consent.text}
          checked={agreed}
          onChange={setAgreed}
          fault={of("consentVersion")}
          required
        />
      )}
      <button className="button primary" type="submit" disabled={submit.isPending || watch}>
        {submit.isPending || watch ? "Registering…" : "Register"}
      </button>
    </form>
  );
}

const said = {
  registered: {
    heading: "You are registered",
    text: "Your personal link is on its way, with a calendar entry, to",
  },
  waitlisted: {
    heading: "You are on the waitlist",
    text: "As soon as a place becomes free for you, your personal link goes to",
  },
  pending: {
    heading: "Your registration is being looked at",
    text: "As soon as the host has approved it, your personal link goes to",
  },
};

type DoneProps = { status: keyof typeof said; email: string; forReplay: boolean };

function Done({ status, email, forReplay }: DoneProps) {
  const { heading } = said[status];
  const text =
    forReplay && status === "registered"
      ? "Your personal link to the recording is on its way to"
      : said[status].text;
  return (
    <div className="card stack" role="status">
      <h2>{heading}</h2>
      <p>
        {text} <strong>{email}</strong>.
      </p>
      <p className="dim small">
        No mail after a few minutes? Look in the spam folder, or register again: we mail the link once more.
      </p>
    </div>
  );
}
