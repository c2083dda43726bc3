"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import type { PublicWebinar } from "../../server/use-cases/public-page.ts";
import { type Texts, textsFor } from "../../texts/index.ts";
import { BrandMark } from "../../ui/brand-mark.tsx";
import { BrandStyle } from "../../ui/brand-style.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PhaseBadge } from "../../ui/phase-badge.tsx";
import { cameFrom, campaign, isFirstVisit } from "./campaign.ts";
import { Agenda, Speakers } from "./page-parts.tsx";
import { RegistrationForm } from "./registration-form.tsx";
import { AddToCalendar, useZone, When } from "./when.tsx";

/** What a webinar is about, and the form that registers for it. `first` is what the server rendered it with. */
export function RegistrationPage({ slug, first }: { slug: string; first: PublicWebinar }) {
  const trpc = useTRPC();
  const { mutate: countVisit } = useMutation(trpc.registration.visit.mutationOptions());
  useEffect(() => {
    if (isFirstVisit(slug)) countVisit({ slug, utm: campaign(), referrer: cameFrom() });
  }, [slug, countVisit]);
  const query = useQuery(
    trpc.webinar.bySlug.queryOptions({ slug }, { refetchInterval: 30_000, initialData: first }),
  );
  const webinar = query.data;
  const texts = textsFor(webinar.locale);
  const zone = useZone(webinar.timeZone);
  const { title, description, startsAt, durationMinutes, timeZone, phase, brand, cover } = webinar;
  return (
    <>
      <BrandStyle accent={brand.accent} />
      <header className="public-top">
        <div className="shell">
          <BrandMark name={brand.name} logo={brand.logo} />
          {phase !== "ended" && (
            <a className="button small primary" href="#register">
              {texts.page.registerNow}
            </a>
          )}
        </div>
      </header>
      <main className="shell public-page" lang={webinar.locale}>
        {query.isError && <Notice kind="bad">{wireError(query.error).message}</Notice>}
        <div className={`public-cover ${cover ? "" : "drawn"}`}>
          {/* biome-ignore lint/performance/noImgElement: our own picture, encoded and cached for good already */}
          {cover && <img src={cover} alt="" width={1600} height={900} />}
        </div>
        <div className="public-head stack">
          {(phase === "live" || phase === "ended") && (
            <div>
              <PhaseBadge phase={phase} label={texts.phase[phase]} />
            </div>
          )}
          <h1>{title}</h1>
          <p className="dim">{texts.page.hostedBy(webinar.hostName)}</p>
          <When texts={texts} startsAt={startsAt} durationMinutes={durationMinutes} timeZone={timeZone} />
          {phase !== "ended" && (
            <AddToCalendar
              texts={texts}
              slug={slug}
              title={title}
              startsAt={startsAt}
              durationMinutes={durationMinutes}
            />
          )}
        </div>
        <aside className="public-form" id="register">
          <Entrance slug={slug} webinar={webinar} texts={texts} />
        </aside>
        <div className="public-body stack-large">
          {description && (
            <section className="stack" aria-labelledby="about">
              <h2 id="about">{texts.page.about}</h2>
              <p className="prose">{description}</p>
            </section>
          )}
          <Speakers texts={texts} speakers={webinar.speakers} />
          <Agenda texts={texts} agenda={webinar.agenda} startsAt={startsAt} zone={zone} />
        </div>
      </main>
      <footer className="public-foot">
        <div className="shell dim small">{texts.page.poweredBy}</div>
      </footer>
    </>
  );
}

function Entrance({ slug, webinar, texts }: { slug: string; webinar: PublicWebinar; texts: Texts }) {
  const { phase, cancelled, places } = webinar;
  const shut =
    phase === "ended"
      ? cancelled
        ? texts.page.cancelled
        : texts.page.over
      : places === "none"
        ? texts.page.full
        : undefined;
  if (shut)
    return (
      <div className="card stack-small">
        <h2>{shut}</h2>
        <p className="dim">{texts.page.closed}</p>
      </div>
    );
  return <RegistrationForm slug={slug} webinar={webinar} texts={texts} />;
}
