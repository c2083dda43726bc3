"use client";
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo } from "react";
import { createApi } from "../../client/api.ts";
import { useFaults, useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import { useValue } from "../../live/use-value.ts";
import { Notice } from "../../ui/notice.tsx";
import { StudioDoor } from "./studio-door.tsx";
import { StudioRoom } from "./studio-room.tsx";
import { useStudio } from "./use-studio.ts";

/** The studio behind a panelist's personal link. */
export function PanelistStudio({ token }: { token: string }) {
  const trpc = useTRPC();
  const texts = useTexts();
  const faults = useFaults();
  const api = useMemo(() => createApi(), []);
  const preview = useQuery(trpc.attendance.preview.queryOptions({ joinToken: token }));
  const admit = useCallback(
    (excludeEdges: string[]) => api.attendance.admit.mutate({ joinToken: token, excludeEdges }),
    [api, token],
  );
  const studio = useStudio(admit);
  const { room, connection, fault } = useValue(studio.room.state);
  if (room) return <StudioRoom studio={studio} />;
  if (preview.isError) {
    return (
      <main className="narrow page">
        <Notice kind="bad">{faults.of(preview.error).message}</Notice>
      </main>
    );
  }
  if (!preview.data) return <main className="narrow page dim">{texts.loading}</main>;
  return (
    <StudioDoor
      title={preview.data.title}
      name={preview.data.name}
      fault={fault}
      connecting={connection === "connecting"}
      onEnter={() => {
        studio.room.enter();
        studio.stage.enter();
      }}
    />
  );
}
