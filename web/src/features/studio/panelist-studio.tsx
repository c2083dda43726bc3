"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { type ReactNode, useCallback, useMemo } from "react";
import { createApi } from "../../client/api.ts";
import { useFaults, useTexts } from "../../client/language.tsx";
import { Providers, useTRPC } from "../../client/providers.tsx";
import { useValue } from "../../live/use-value.ts";
import type { AppRouter } from "../../server/routers/index.ts";
import type { Texts } from "../../texts/index.ts";
import { Brand } from "../../ui/brand.tsx";
import { Notice } from "../../ui/notice.tsx";
import { StudioDoor } from "./studio-door.tsx";
import { StudioRoom } from "./studio-room.tsx";
import { useStudio } from "./use-studio.ts";

type Preview = inferRouterOutputs<AppRouter>["attendance"]["preview"];

/** The studio behind a personal link: a panelist's, or a co-host's, who runs it with the rights of that link. */
export function PanelistStudio({ token }: { token: string }) {
  const trpc = useTRPC();
  const texts = useTexts();
  const faults = useFaults();
  const preview = useQuery(trpc.attendance.preview.queryOptions({ joinToken: token }));
  if (preview.isError) {
    return (
      <main className="narrow page stack-large">
        <Brand />
        <div className="card">
          <Notice kind="bad">{faults.of(preview.error).message}</Notice>
        </div>
      </main>
    );
  }
  if (!preview.data) return <main className="narrow page dim">{texts.loading}</main>;
  if (!preview.data.stage?.coHost) return <StudioBehindLink token={token} preview={preview.data} />;
  return (
    <Providers link={token}>
      <StudioBehindLink token={token} preview={preview.data} coHost />
    </Providers>
  );
}

function StudioBehindLink({ token, preview, coHost }: { token: string; preview: Preview; coHost?: boolean }) {
  const { invitation: words } = useTexts();
  const faults = useFaults();
  const api = useMemo(() => createApi(undefined, coHost ? token : undefined), [coHost, token]);
  const admit = useCallback(
    (excludeEdges: string[]) => api.attendance.admit.mutate({ joinToken: token, excludeEdges }),
    [api, token],
  );
  const studio = useStudio(admit);
  const { room, connection, fault } = useValue(studio.room.state);
  const trpc = useTRPC();
  const answer = useMutation(trpc.attendance.answerInvitation.mutationOptions());
  const state = answer.data?.invitation ?? preview.stage?.invitation;
  if (room) return <StudioRoom studio={studio} {...(coHost ? { hostApi: api } : {})} />;
  const invitation =
    preview.stage && preview.phase !== "ended" ? (
      <Invitation
        state={state}
        text={(coHost ? words.asCoHost : words.asPanelist)(preview.stage.host)}
        words={words}
        fault={answer.error ? faults.of(answer.error).message : undefined}
        pending={answer.isPending}
        onAnswer={(accept) => answer.mutate({ joinToken: token, accept })}
      />
    ) : null;
  return (
    <StudioDoor
      title={preview.title}
      name={preview.name}
      fault={fault}
      connecting={connection === "connecting"}
      invitation={invitation}
      closed={state === "declined"}
      onEnter={() => {
        studio.room.enter();
        studio.stage.enter();
      }}
    />
  );
}

type InvitationProps = {
  state: string | undefined;
  text: string;
  words: Texts["invitation"];
  fault: string | undefined;
  pending: boolean;
  onAnswer: (accept: boolean) => void;
};

/** What somebody is invited for, and their answer, which they may change. */
function Invitation({ state, text, words, fault, pending, onAnswer }: InvitationProps): ReactNode {
  return (
    <section className="stack" aria-live="polite">
      <p>{text}</p>
      {state === "accepted" && <Notice kind="good">{words.accepted}</Notice>}
      {state === "declined" && <Notice kind="warn">{words.declined}</Notice>}
      {fault && <Notice kind="bad">{fault}</Notice>}
      <div className="row">
        {state !== "accepted" && (
          <button className="button" type="button" disabled={pending} onClick={() => onAnswer(true)}>
            {words.accept}
          </button>
        )}
        {state !== "declined" && (
          <button className="button quiet" type="button" disabled={pending} onClick={() => onAnswer(false)}>
            {words.decline}
          </button>
        )}
      </div>
    </section>
  );
}
