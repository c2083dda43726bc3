"use client";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useTRPC } from "../../../client/providers.tsx";
import { PhaseBadge } from "../../../ui/phase-badge.tsx";
import type { ReplaySettings } from "../../replay/replay.ts";
import { QueryFault } from "../query-fault.tsx";
import { WebinarNav } from "../webinar-nav.tsx";
import { CaptionsCard } from "./captions-card.tsx";
import { ChaptersCard } from "./chapters-card.tsx";
import { KeepingCard } from "./keeping-card.tsx";
import { LayoutsCard } from "./layouts-card.tsx";
import { PublishCard } from "./publish-card.tsx";
import { RecordingView } from "./recording-view.tsx";
import { TracksCard } from "./tracks-card.tsx";

/** Nothing is being made of it. */
const isSettled = (settings: ReplaySettings | undefined): boolean =>
  settings?.recording?.thumbnails === true &&
  settings.renders.every(({ state }) => state === "ready" || state === "failed");

/** The recording of a webinar: what there is of it, and who may watch how much of it. */
export function ReplaySettingsPage({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const [video, setVideo] = useState<HTMLVideoElement | null>(null);
  const webinar = useQuery(trpc.webinar.get.queryOptions({ id: webinarId }));
  const settings = useQuery(
    trpc.replay.settings.queryOptions(
      { webinarId },
      { refetchInterval: ({ state }) => (isSettled(state.data) ? 15_000 : 2000) },
    ),
  );
  if (webinar.isPending || settings.isPending) return <p className="dim">Loading…</p>;
  const error = webinar.error ?? settings.error;
  if (error || !webinar.data || !settings.data) return <QueryFault error={error} />;
  const { recording, options } = settings.data;
  return (
    <div className="stack-large">
      <div className="stack">
        <div>
          <PhaseBadge phase={webinar.data.phase} />
        </div>
        <h1>{webinar.data.title}</h1>
        <WebinarNav webinarId={webinarId} />
      </div>
      <div className="halves">
        <div className="stack-cards">
          <RecordingView settings={settings.data} setVideo={setVideo} />
          {settings.data.wasLive && (
            <CaptionsCard webinarId={webinarId} startedAt={settings.data.startedAt} />
          )}
          {recording && <LayoutsCard webinarId={webinarId} settings={settings.data} />}
          {recording && <TracksCard tracks={settings.data.tracks} />}
        </div>
        <div className="stack-cards">
          {/* Anew when somebody else has changed what is stored. */}
          <PublishCard
            key={JSON.stringify(options)}
            webinarId={webinarId}
            settings={settings.data}
            video={video}
          />
          <KeepingCard webinarId={webinarId} keeping={settings.data.keeping} />
          <ChaptersCard webinarId={webinarId} settings={settings.data} video={video} />
        </div>
      </div>
    </div>
  );
}
