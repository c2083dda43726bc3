"use client";
import type { Measured } from "@rostrum/rules";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import { checkConnection } from "../../live/connection-check.ts";
import type { Texts } from "../../texts/index.ts";
import { BrandMark } from "../../ui/brand-mark.tsx";
import { BrandStyle } from "../../ui/brand-style.tsx";
import { LanguageChoice } from "../../ui/language-choice.tsx";
import { Notice } from "../../ui/notice.tsx";
import { CameraCheck, SoundCheck } from "./device-checks.tsx";
import { WayList } from "./way-list.tsx";

export type CheckedBy = { token: string } | { slug: string };

/** Test beforehand what the event will need, and say in plain words what to do about it. */
export function CheckPage({ by }: { by: CheckedBy }) {
  const trpc = useTRPC();
  const about = useQuery(trpc.check.about.queryOptions(by));
  const texts = useTexts();
  const faults = useFaults();
  if (about.isPending) return <p className="shell page dim">{texts.loading}</p>;
  if (about.isError)
    return (
      <main className="narrow page">
        <Notice kind="bad">{faults.of(about.error).message}</Notice>
      </main>
    );
  const { title, brand } = about.data;
  return (
    <>
      <BrandStyle accent={brand.accent} />
      <header className="public-top">
        <div className="shell">
          <BrandMark name={brand.name} logo={brand.logo} />
          <LanguageChoice />
        </div>
      </header>
      <main className="shell page check-page">
        <div className="stack-small">
          <p className="dim">{title}</p>
          <h1>{texts.check.title}</h1>
          <p>{texts.check.intro}</p>
        </div>
        <Test by={by} texts={texts} />
      </main>
    </>
  );
}

function Test({ by, texts }: { by: CheckedBy; texts: Texts }) {
  const trpc = useTRPC();
  const faults = useFaults();
  const [found, setFound] = useState<Measured>();
  const { mutateAsync: begin } = useMutation(trpc.check.begin.mutationOptions());
  const report = useMutation(trpc.check.report.mutationOptions());
  const test = useMutation({
    mutationFn: async () => {
      setFound(undefined);
      report.reset();
      const measured = await checkConnection(await begin(by), setFound);
      setFound(measured);
      await report.mutateAsync({ by, measured });
    },
  });
  const hear = (heard: boolean) => {
    if (!found || test.isPending) return;
    const measured = { ...found, heard };
    setFound(measured);
    report.mutate({ by, measured });
  };
  return (
    <div className="stack">
      <section className="card stack" aria-live="polite" aria-busy={test.isPending}>
        {report.data && found && <Verdict judged={report.data} texts={texts} />}
        {test.isError && <Notice kind="bad">{faults.of(test.error).message}</Notice>}
        {(found || test.isPending) && <WayList texts={texts} found={found} running={test.isPending} />}
        <div>
          <button
            className={`button ${report.data ? "" : "primary"}`}
            type="button"
            disabled={test.isPending}
            onClick={() => test.mutate()}
          >
            {test.isPending ? texts.check.running : found ? texts.check.again : texts.check.start}
          </button>
        </div>
      </section>
      <SoundCheck texts={texts} ready={found !== undefined && !test.isPending} onAnswer={hear} />
      <CameraCheck texts={texts} />
    </div>
  );
}

type Judged = { verdict: keyof Texts["check"]["verdicts"]; findings: (keyof Texts["check"]["findings"])[] };

function Verdict({ judged, texts }: { judged: Judged; texts: Texts }) {
  return (
    <div className={`check-verdict ${judged.verdict}`} data-verdict={judged.verdict}>
      <h2>{texts.check.verdicts[judged.verdict]}</h2>
      {judged.findings.map((finding) => (
        <p key={finding}>{texts.check.findings[finding]}</p>
      ))}
    </div>
  );
}
