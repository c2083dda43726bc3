"use client";
import Link from "next/link";
import { useCallback, useState } from "react";
import type { PublicWebinar } from "../../server/use-cases/public-page.ts";
import type { Texts } from "../../texts/index.ts";
import { NotOpen } from "./not-open.tsx";
import { RegistrationForm } from "./registration-form.tsx";
import { useZone } from "./when.tsx";

type Props = {
  slug: string;
  webinar: PublicWebinar;
  texts: Texts;
  onRegistered?: (status: string) => void;
};

/** The form; or, where there is nothing to register for, why, and the recording. */
export function Entrance({ slug, webinar, texts, onRegistered }: Props) {
  const zone = useZone(webinar.timeZone);
  const [opened, setOpened] = useState(false);
  const open = useCallback(() => setOpened(true), []);
  const { replay } = webinar;
  const watchable = replay?.door === "open";
  if (watchable && replay.access === "link")
    return (
      <div className="card stack">
        <h2>{texts.page.recordingThere}</h2>
        <Link className="button primary" href={`/replay/${slug}`}>
          {texts.page.watchRecording}
        </Link>
      </div>
    );
  const { state, opensAt } = webinar.window;
  if (state === "before" && opensAt !== null && !opened && !watchable)
    return <NotOpen webinar={webinar} texts={texts} opensAt={opensAt} onOpen={open} />;
  const shut = shutBecause(webinar, texts);
  if (!shut || watchable)
    return <RegistrationForm slug={slug} webinar={webinar} texts={texts} onRegistered={onRegistered} />;
  const from =
    replay?.availableFrom &&
    new Intl.DateTimeFormat(texts.tag, { dateStyle: "full", timeStyle: "short", timeZone: zone }).format(
      replay.availableFrom,
    );
  const closed =
    state === "after" &&
    webinar.window.closesAt !== null &&
    texts.window.closedAt(
      new Intl.DateTimeFormat(texts.tag, { dateStyle: "full", timeStyle: "short", timeZone: zone }).format(
        webinar.window.closesAt,
      ),
    );
  return (
    <div className="card stack-small">
      <h2>{shut}</h2>
      <p className="dim" suppressHydrationWarning>
        {from ? texts.page.recordingFrom(from) : closed || texts.page.closed}
      </p>
    </div>
  );
}

function shutBecause(
  { phase, cancelled, places, window: { state } }: PublicWebinar,
  { page, window: words }: Texts,
): string | undefined {
  if (phase === "ended") return cancelled ? page.cancelled : page.over;
  if (state === "after") return words.closedHeading;
  return places === "none" ? page.full : undefined;
}
