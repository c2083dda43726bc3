"use client";
import { useMutation } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useState } from "react";
import { useFaults } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import type { AppRouter } from "../../server/routers/index.ts";
import type { Texts } from "../../texts/index.ts";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { Notice } from "../../ui/notice.tsx";
import { useZone } from "./when.tsx";

export type Mine = inferRouterOutputs<AppRouter>["registration"]["mine"];
type Props = { token: string; mine: Mine; texts: Texts; onAnswered: () => void };

/** Until when, on the reader's own clock. */
function useUntil({ answerUntil, webinar }: Mine, texts: Texts): string {
  const timeZone = useZone(webinar.timeZone);
  return new Intl.DateTimeFormat(texts.tag, { dateStyle: "full", timeStyle: "short", timeZone }).format(
    answerUntil ?? webinar.startsAt,
  );
}

/** A button that proves the address: opening the link is not enough, mail scanners do that. */
export function ConfirmCard({ token, mine, texts, onAnswered }: Props) {
  const trpc = useTRPC();
  const faults = useFaults();
  const until = useUntil(mine, texts);
  const confirm = useMutation(trpc.registration.confirm.mutationOptions({ onSuccess: onAnswered }));
  const words = texts.mine.confirm;
  return (
    <section className="card stack" aria-labelledby="confirm">
      <h2 id="confirm">{words.heading}</h2>
      {confirm.error && <Notice kind="bad">{faults.of(confirm.error).message}</Notice>}
      <p>{words.text(mine.email, until)}</p>
      {mine.agreed && <p>{words.consent}</p>}
      <div>
        <button
          className="button primary"
          type="button"
          disabled={confirm.isPending}
          onClick={() => confirm.mutate({ token })}
        >
          {words.button}
        </button>
      </div>
      <p className="dim small">{words.otherwise}</p>
    </section>
  );
}

/** A place that is kept for an answer. */
export function OfferCard({ token, mine, texts, onAnswered }: Props) {
  const trpc = useTRPC();
  const faults = useFaults();
  const until = useUntil(mine, texts);
  const [asking, setAsking] = useState(false);
  const answer = useMutation(trpc.registration.answerOffer.mutationOptions({ onSuccess: onAnswered }));
  const words = texts.mine.offer;
  return (
    <section className="card stack" aria-labelledby="offer">
      <h2 id="offer">{words.heading}</h2>
      {answer.error && <Notice kind="bad">{faults.of(answer.error).message}</Notice>}
      <p>{words.text(until)}</p>
      <div className="row">
        <button
          className="button primary"
          type="button"
          disabled={answer.isPending}
          onClick={() => answer.mutate({ token, answer: "take" })}
        >
          {words.take}
        </button>
        <button className="button" type="button" disabled={answer.isPending} onClick={() => setAsking(true)}>
          {words.decline}
        </button>
      </div>
      <ConfirmDialog
        open={asking}
        title={words.declineTitle}
        confirm={words.decline}
        dismiss={texts.mine.keep}
        onCancel={() => setAsking(false)}
        onConfirm={() => {
          setAsking(false);
          answer.mutate({ token, answer: "decline" });
        }}
      >
        {words.declineText}
      </ConfirmDialog>
    </section>
  );
}
