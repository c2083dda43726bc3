"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useEffect, useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import type { AppRouter } from "../../../server/routers/index.ts";
import { TextArea, TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import { Tabs } from "../../../ui/tabs.tsx";

type Texts = inferRouterOutputs<AppRouter>["mail"]["texts"];
type Kind = Texts["kinds"][number];

export const mailNames: Record<string, string> = {
  confirmation: "Confirmation",
  "series-confirmation": "Confirmation of several dates",
  "registration-pending": "Waits for approval",
  "registration-waitlisted": "On the waitlist",
  "place-offered": "A place is offered",
  "offer-lapsed": "The offer is over",
  "confirm-address": "Confirm the address",
  "confirm-reminder": "Confirm the address, reminder",
  "registration-denied": "Not accepted",
  "registration-cancelled": "Registration cancelled",
  reminder: "Reminder",
  "webinar-changed": "Webinar changed",
  "webinar-cancelled": "Webinar cancelled",
  "follow-up-attended": "After the end, to those who came",
  "follow-up-missed": "After the end, to those who did not",
  "join-link": "Link again",
  "panelist-invitation": "Invitation to the stage",
  "co-host-invitation": "Invitation as co-host",
};

/** The words of every mail: written, looked at as it will arrive, tried out. */
export function MailEditor({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const texts = useQuery(trpc.mail.texts.queryOptions({ webinarId }));
  const [kind, setKind] = useState("confirmation");
  if (!texts.data) return null;
  const chosen = texts.data.kinds.find((one) => one.kind === kind);
  return (
    <section className="card stack" aria-labelledby="words">
      <h2 id="words">Words of the mails</h2>
      <SelectField
        label="Mail"
        choices={texts.data.kinds.map((one) => ({
          value: one.kind,
          name: `${mailNames[one.kind] ?? one.kind}${one.own ? " (your words)" : ""}`,
        }))}
        value={kind}
        onChange={(event) => setKind(event.target.value)}
      />
      {chosen && <Draft key={kind} webinarId={webinarId} saved={chosen} places={texts.data.places} />}
    </section>
  );
}

/** What is typed is drawn once it rests, ms. */
const restMs = 400;

type DraftProps = { webinarId: string; saved: Kind; places: string[] };

function Draft({ webinarId, saved, places }: DraftProps) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const { kind } = saved;
  const [words, setWords] = useState(saved.words);
  const [rested, setRested] = useState(saved.words);
  useEffect(() => {
    const timer = setTimeout(() => setRested(words), restMs);
    return () => clearTimeout(timer);
  }, [words]);
  const preview = useQuery(
    trpc.mail.preview.queryOptions(
      { webinarId, kind, words: rested },
      { placeholderData: (before) => before, retry: false },
    ),
  );
  const save = useMutation(
    trpc.mail.saveText.mutationOptions({
      onSuccess: () => void client.invalidateQueries(trpc.mail.texts.queryFilter({ webinarId })),
    }),
  );
  const test = useMutation(trpc.mail.sendTest.mutationOptions());
  const error = save.error ?? test.error ?? preview.error;
  const fault = error ? wireError(error) : undefined;
  const bind = (field: keyof typeof words) => ({
    value: words[field],
    onChange: (event: { target: { value: string } }) => {
      save.reset();
      test.reset();
      setWords((current) => ({ ...current, [field]: event.target.value }));
    },
    fault: fault?.field === `words.${field}` ? fault.message : undefined,
  });
  return (
    <form
      className="halves"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ webinarId, kind, words });
      }}
    >
      <div className="stack">
        {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
        {save.isSuccess && <Notice kind="good">Saved. The next mails say this.</Notice>}
        {test.data && <Notice kind="good">A test is on its way to {test.data.to}.</Notice>}
        <TextField label="Subject" maxLength={200} {...bind("subject")} />
        <TextField label="Heading" maxLength={200} {...bind("heading")} />
        <TextArea
          label="Text"
          rows={8}
          maxLength={4000}
          help={`Filled in: ${places.map((place) => `{{${place}}}`).join(" ")}`}
          {...bind("body")}
        />
        {saved.usual.action && <TextField label="Button" maxLength={60} {...bind("action")} />}
        <div className="row">
          <button className="button primary" type="submit" disabled={save.isPending}>
            Save words
          </button>
          <button
            className="button"
            type="button"
            disabled={test.isPending}
            onClick={() => test.mutate({ webinarId, kind, words })}
          >
            Send me a test
          </button>
          {saved.own && (
            <button
              className="button quiet"
              type="button"
              onClick={() => {
                setWords(saved.usual);
                save.mutate({ webinarId, kind, words: null });
              }}
            >
              Take the usual words
            </button>
          )}
        </div>
      </div>
      <div className="stack-small">
        <p>
          <span className="dim">Subject:</span> <strong>{preview.data?.subject}</strong>
        </p>
        <Tabs
          label="Preview"
          tabs={[
            {
              key: "html",
              label: "As it looks",
              body: (
                <iframe
                  className="mail-frame"
                  title="Preview"
                  sandbox="allow-same-origin"
                  srcDoc={preview.data?.html ?? ""}
                />
              ),
            },
            {
              key: "text",
              label: "Plain text",
              body: <pre className="mail-plain">{preview.data?.text}</pre>,
            },
          ]}
        />
      </div>
    </form>
  );
}
