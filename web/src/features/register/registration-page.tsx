"use client";
import { useState } from "react";
import type { PublicWebinar } from "../../server/use-cases/public-page.ts";
import { BrandMark } from "../../ui/brand-mark.tsx";
import { BrandStyle } from "../../ui/brand-style.tsx";
import { LanguageChoice } from "../../ui/language-choice.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PhaseBadge } from "../../ui/phase-badge.tsx";
import { Entrance } from "./entrance.tsx";
import { Agenda, Speakers } from "./page-parts.tsx";
import { useWebinar } from "./use-webinar.ts";
import { AddToCalendar, useZone, When } from "./when.tsx";

/** What a webinar is about, and the form that registers for it. `first` is what the server rendered it with. */
export function RegistrationPage({ slug, first }: { slug: string; first: PublicWebinar }) {
  const { webinar, texts, fault } = useWebinar(slug, first);
  const zone = useZone(webinar.timeZone);
  const [registered, setRegistered] = useState(false);
  const { title, description, startsAt, durationMinutes, timeZone, phase, brand, cover } = webinar;
  return (
    <>
      <BrandStyle accent={brand.accent} />
      <header className="public-top">
        <div className="shell">
          <BrandMark name={brand.name} logo={brand.logo} />
          {phase !== "ended" && webinar.window.state === "open" && !registered && (
            <a className="button small primary" href="#register">
              {texts.page.registerNow}
            </a>
          )}
        </div>
      </header>
      <main className="shell public-page">
        {fault && <Notice kind="bad">{fault}</Notice>}
        <div className={`public-cover ${cover ? "" : "drawn"}`}>
          {/* biome-ignore lint/performance/noImgElement: our own picture, encoded and cached for good already */}
          {cover && <img src={cover} alt="" width={1600} height={900} />}
        </div>
        <div className="public-head stack">
          {(phase === "live" || phase === "ended") && (
            <div>
              <PhaseBadge phase={phase} />
            </div>
          )}
          <h1 lang={webinar.locale}>{title}</h1>
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
          <Entrance slug={slug} webinar={webinar} texts={texts} onRegistered={() => setRegistered(true)} />
        </aside>
        <div className="public-body stack-large">
          {description && (
            <section className="stack" aria-labelledby="about">
              <h2 id="about">{texts.page.about}</h2>
              <p className="prose" lang={webinar.locale}>
                {description}
              </p>
            </section>
          )}
          <Speakers texts={texts} speakers={webinar.speakers} />
          <Agenda texts={texts} agenda={webinar.agenda} startsAt={startsAt} zone={zone} />
        </div>
      </main>
      <footer className="public-foot">
        <div className="shell row between dim small">
          <span>{texts.page.poweredBy}</span>
          <LanguageChoice />
        </div>
      </footer>
    </>
  );
}
