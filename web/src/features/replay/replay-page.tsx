"use client";
import { useMutation } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import { startOf } from "../../live/replay-rules.ts";
import { Brand } from "../../ui/brand.tsx";
import { LanguageChoice } from "../../ui/language-choice.tsx";
import { LocalTime } from "../../ui/local-time.tsx";
import { Notice } from "../../ui/notice.tsx";
import type { OpenedReplay } from "./replay.ts";
import { ReplayView } from "./replay-view.tsx";

type Props = { by: { slug: string } | { joinToken: string } };

/** A replay's door. Whoever is not registered goes to the form, and comes back to the same second. */
export function ReplayPage({ by }: Props) {
  const trpc = useTRPC();
  const texts = useTexts();
  const faults = useFaults();
  const router = useRouter();
  const bySlug = useMutation(trpc.replay.open.mutationOptions());
  const byLink = useMutation(trpc.replay.openByLink.mutationOptions());
  const [slug, joinToken] = "slug" in by ? [by.slug, null] : [null, by.joinToken];
  const { mutate: openSlug } = bySlug;
  const { mutate: openLink } = byLink;
  useEffect(() => {
    if (slug !== null) openSlug({ slug });
    else if (joinToken !== null) openLink({ joinToken });
  }, [slug, joinToken, openSlug, openLink]);
  const { data, error } = slug === null ? byLink : bySlug;
  const gate = data?.state === "gate" ? data.slug : null;
  useEffect(() => {
    if (gate === null) return;
    const seconds = startOf(window.location.search);
    router.replace(`/w/${gate}?replay=${Math.floor(seconds ?? 0)}`);
  }, [gate, router]);
  if (data?.state === "open") return <ReplayView replay={data} />;
  return (
    <main className="narrow page stack-large">
      <Brand />
      <div className="card stack">
        {error ? (
          <Notice kind="bad">{faults.of(error).message}</Notice>
        ) : data && data.state !== "gate" ? (
          <Closed replay={data} />
        ) : (
          <p className="dim">{texts.loading}</p>
        )}
      </div>
      <LanguageChoice />
    </main>
  );
}

function Closed({ replay }: { replay: Exclude<OpenedReplay, { state: "open" | "gate" }> }) {
  const { replay: words, page } = useTexts();
  const [before, after] = page.recordingFrom("\n").split("\n");
  return (
    <>
      <h1>{replay.title}</h1>
      {replay.state === "soon" && replay.availableFrom !== null ? (
        <p>
          {before}
          <LocalTime at={replay.availableFrom} />
          {after}
        </p>
      ) : replay.state === "over" ? (
        <p>{words.over}</p>
      ) : replay.state === "none" && replay.phase !== "ended" ? (
        <>
          <p>
            {words.notYet} <LocalTime at={replay.startsAt} />
          </p>
          <a className="button primary" href={`/w/${replay.slug}`}>
            {words.toRegistration}
          </a>
        </>
      ) : (
        <p>{words.none}</p>
      )}
    </>
  );
}
