"use client";
import { useMutation } from "@tanstack/react-query";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { useFaults } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import type { PublicWebinar } from "../../server/use-cases/public-page.ts";
import type { Texts } from "../../texts/index.ts";
import { CheckField } from "../../ui/check-field.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { cameFrom, campaign } from "./campaign.ts";
import { CaptchaField } from "./captcha-field.tsx";
import { Dates } from "./dates.tsx";
import { FormFields } from "./form-fields.tsx";
import { useGuard } from "./use-guard.ts";
import { AddToCalendar, useZone } from "./when.tsx";

type Props = {
  slug: string;
  webinar: PublicWebinar;
  texts: Texts;
  onRegistered?: ((status: string) => void) | undefined;
};

/** Programs fill in what is called so; people do not see it. */
const trapName = "website";

/** The second of the recording that somebody wanted to see when they were asked to register. */
function wantedSecond(): number {
  const text = new URLSearchParams(window.location.search).get("replay") ?? "";
  return /^\d{1,5}$/.test(text) ? Number(text) : 0;
}

/** Only what is asked is sent: an answer to a question that is hidden again stays here. */
const given = (answers: Record<string, string>) =>
  Object.fromEntries(Object.entries(answers).filter(([, answer]) => answer.trim() !== ""));

export function RegistrationForm({ slug, webinar, texts, onRegistered }: Props) {
  const { fields, consent, places, needsApproval } = webinar;
  // It is over: whoever registers watches the recording.
  const forReplay = webinar.phase === "ended";
  const trpc = useTRPC();
  const faults = useFaults();
  const router = useRouter();
  const zone = useZone(webinar.timeZone);
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const [passcode, setPasscode] = useState("");
  const [agreed, setAgreed] = useState(false);
  const [dates, setDates] = useState<string[]>([slug]);
  const guard = useGuard(slug);
  const { mutateAsync: send } = useMutation(trpc.registration.submit.mutationOptions());
  type Input = Omit<Parameters<typeof send>[0], "guard">;
  const submit = useMutation({
    mutationFn: async (input: Input) => {
      try {
        return await send({ ...input, guard: await guard.pass() });
      } catch (error) {
        const { code, field } = faults.of(error);
        if (code !== "challenge.required" || !(await guard.harder(field))) throw error;
        return send({ ...input, guard: await guard.pass() });
      }
    },
    onSuccess: ({ status }) => onRegistered?.(status),
  });
  const fault = submit.error ? faults.of(submit.error) : undefined;
  const duplicate = fault?.code === "registration.duplicate";
  const of = (field: string) => (fault?.field === field && !duplicate ? fault.message : undefined);

  const watch = submit.data?.watch === true;
  useEffect(() => {
    if (watch) router.push(`/replay/${slug}?t=${wantedSecond()}`);
  }, [watch, router, slug]);
  if (submit.isSuccess && !watch)
    return <Done status={submit.data.status} email={email} webinar={webinar} texts={texts} />;
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
          ...(webinar.series && !forReplay && webinar.series.choice !== "all" ? { dates } : {}),
          ...(webinar.asksPasscode ? { passcode } : {}),
          ...(consent && agreed ? { consentVersion: consent.version } : {}),
        });
      }}
    >
      <h2>{headingOf(webinar, texts)}</h2>
      {places === "waitlist" && <Notice kind="warn">{texts.form.waitlist}</Notice>}
      {needsApproval && places === "free" && <Notice>{texts.form.approval}</Notice>}
      {duplicate && <Notice kind="bad">{fault.message}</Notice>}
      {fault?.code === "challenge.required" && <Notice kind="warn">{texts.form.prove}</Notice>}
      {fault && !fault.field && fault.code !== "challenge.required" && (
        <Notice kind="bad">{fault.message}</Notice>
      )}
      {webinar.series && !forReplay && (
        <Dates
          series={webinar.series}
          texts={texts}
          zone={zone}
          chosen={dates}
          onChange={setDates}
          fault={of("dates")}
        />
      )}
      <TextField
        label={texts.form.name}
        name="name"
        autoComplete="name"
        required
        value={name}
        onChange={(event) => setName(event.target.value)}
        fault={of("name")}
      />
      <TextField
        label={texts.form.email}
        type="email"
        name="email"
        autoComplete="email"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        fault={of("email")}
        help={texts.form.emailHelp}
      />
      {webinar.asksPasscode && (
        <TextField
          label={texts.passcode.label}
          type="password"
          autoComplete="off"
          required
          value={passcode}
          onChange={(event) => setPasscode(event.target.value)}
          fault={of("passcode")}
          help={texts.passcode.help}
        />
      )}
      <FormFields
        fields={fields}
        answers={answers}
        fault={answerFault}
        texts={texts.form}
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
      <div className="nobody" aria-hidden="true">
        <label>
          {trapName}
          <input
            ref={guard.trap}
            name={trapName}
            type="text"
            tabIndex={-1}
            autoComplete="off"
            defaultValue=""
          />
        </label>
      </div>
      {guard.captcha && <CaptchaField notice={guard.captcha} onAnswer={guard.onCaptcha} />}
      <button className="button primary" type="submit" disabled={submit.isPending || watch}>
        {submit.isPending || watch ? texts.form.submitting : texts.form.submit}
      </button>
    </form>
  );
}

function headingOf({ phase, places }: PublicWebinar, { form }: Texts): string {
  if (phase === "ended") return form.replayHeading;
  return places === "waitlist" ? form.waitlistHeading : form.heading;
}

type DoneProps = { status: "registered" | "waitlisted" | "pending" | "unconfirmed"; email: string } & Omit<
  Props,
  "slug" | "onRegistered"
>;

function Done({ status, email, webinar, texts }: DoneProps) {
  const forReplay = webinar.phase === "ended";
  return (
    <div className="card stack" role="status">
      <h2>{texts.done[status]}</h2>
      <p>
        {forReplay && status === "registered" ? texts.done.replayText : texts.done[`${status}Text`]}{" "}
        <strong>{email}</strong>.
      </p>
      {status === "registered" && !webinar.series && !forReplay && (
        <AddToCalendar
          texts={texts}
          slug={webinar.slug}
          title={webinar.title}
          startsAt={webinar.startsAt}
          durationMinutes={webinar.durationMinutes}
        />
      )}
      {!forReplay && status !== "unconfirmed" && (
        <p>
          <Link href={`/w/${webinar.slug}/check`}>{texts.done.check}</Link>
        </p>
      )}
      <p className="dim small">{texts.done.noMail}</p>
    </div>
  );
}
