"use client";
import Link from "next/link";
import type { PublicWebinar } from "../../server/use-cases/public-page.ts";
import type { Texts } from "../../texts/index.ts";
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
  const shut = shutBecause(webinar, texts);
  if (!shut || watchable)
    return <RegistrationForm slug={slug} webinar={webinar} texts={texts} onRegistered={onRegistered} />;
  const from =
    replay?.availableFrom &&
    new Intl.DateTimeFormat(texts.tag, { dateStyle: "full", timeStyle: "short", timeZone: zone }).format(
      replay.availableFrom,
    );
  return (
    <div className="card stack-small">
      <h2>{shut}</h2>
      <p className="dim">{from ? texts.page.recordingFrom(from) : texts.page.closed}</p>
    </div>
  );
}

function shutBecause({ phase, cancelled, places }: PublicWebinar, { page }: Texts): string | undefined {
  if (phase === "ended") return cancelled ? page.cancelled : page.over;
  return places === "none" ? page.full : undefined;
}
