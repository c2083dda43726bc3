"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useEffect } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import { LocalTime } from "../../ui/local-time.tsx";
import { Notice } from "../../ui/notice.tsx";
import { PhaseBadge } from "../../ui/phase-badge.tsx";
import { cameFrom, campaign, isFirstVisit } from "./campaign.ts";
import { RegistrationForm } from "./registration-form.tsx";

/** What a webinar is about, and the form that registers for it. */
export function RegistrationPage({
  slug,
  onRegistered,
}: {
  slug: string;
  onRegistered?: (status: string) => void;
}) {
  const trpc = useTRPC();
  const { mutate: countVisit } = useMutation(trpc.registration.visit.mutationOptions());
  useEffect(() => {
    if (isFirstVisit(slug)) countVisit({ slug, utm: campaign(), referrer: cameFrom() });
  }, [slug, countVisit]);
  const webinar = useQuery(trpc.webinar.bySlug.queryOptions({ slug }, { refetchInterval: 30_000 }));
  if (webinar.isPending) return <p className="dim">Loading…</p>;
  if (webinar.isError) return <Notice kind="bad">{wireError(webinar.error).message}</Notice>;
  const { title, description, startsAt, durationMinutes, hostName, phase, replay, ...form } = webinar.data;
  const watchable = replay?.door === "open";
  return (
    <div className="two">
      <article className="stack">
        <div>
          <PhaseBadge phase={phase} />
        </div>
        <h1>{title}</h1>
        <p>
          <LocalTime at={startsAt} />
          <br />
          <span className="dim">
            {durationMinutes} minutes · hosted by {hostName}
          </span>
        </p>
        {description && <p style={{ whiteSpace: "pre-wrap" }}>{description}</p>}
      </article>
      {phase === "ended" && watchable && replay.access === "link" ? (
        <div className="card stack">
          <h2>The recording is there</h2>
          <Link className="button primary" href={`/replay/${slug}`}>
            Watch the recording
          </Link>
        </div>
      ) : phase === "ended" && !watchable ? (
        <div className="card stack-small">
          <h2>{form.cancelled ? "This webinar is cancelled" : "This webinar is over"}</h2>
          <p className="dim">
            {replay?.availableFrom ? (
              <>
                The recording can be watched from <LocalTime at={replay.availableFrom} />.
              </>
            ) : (
              "Registration is closed."
            )}
          </p>
        </div>
      ) : form.places === "none" ? (
        <div className="card stack-small">
          <h2>All places are taken</h2>
          <p className="dim">Registration is closed.</p>
        </div>
      ) : (
        <RegistrationForm
          slug={slug}
          fields={form.fields}
          consent={form.consent}
          places={form.places}
          needsApproval={form.needsApproval}
          {...(onRegistered ? { onRegistered } : {})}
          forReplay={phase === "ended"}
        />
      )}
    </div>
  );
}
