"use client";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { createApi } from "../../client/api.ts";
import { useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import { useValue } from "../../live/use-value.ts";
import { QueryFault } from "../console/query-fault.tsx";
import { StudioDoor } from "./studio-door.tsx";
import { StudioRoom } from "./studio-room.tsx";
import { useStudio } from "./use-studio.ts";

/** The studio of the signed-in host. */
export function HostStudio({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const texts = useTexts();
  const api = useMemo(() => createApi(), []);
  const webinar = useQuery(trpc.webinar.get.queryOptions({ id: webinarId }));
  const session = useQuery(trpc.auth.session.queryOptions());
  const admit = useCallback(
    (excludeEdges: string[]) => api.attendance.admitHost.mutate({ webinarId, excludeEdges }),
    [api, webinarId],
  );
  const studio = useStudio(admit);
  const { room, connection, fault } = useValue(studio.room.state);
  if (room) return <StudioRoom studio={studio} hostApi={api} />;
  if (webinar.isError) {
    return (
      <main className="narrow page">
        <QueryFault error={webinar.error} />
      </main>
    );
  }
  if (!webinar.data || !session.data) return <main className="narrow page dim">{texts.loading}</main>;
  return (
    <StudioDoor
      title={webinar.data.title}
      name={session.data.name}
      fault={fault}
      connecting={connection === "connecting"}
      onEnter={() => {
        studio.room.enter();
        studio.stage.enter();
      }}
    />
  );
}
