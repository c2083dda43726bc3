"use client";
import type { Admission } from "@rostrum/protocol";
import { useEffect, useMemo } from "react";
import { RoomConnection } from "../../live/room-connection.ts";
import { StageConnection } from "../../live/stage-connection.ts";

type Admit = (excludeEdges: string[]) => Promise<Admission>;

/** A host's or panelist's two connections: the room's events from an edge, the stage from the origin. */
export function useStudio(admit: Admit) {
  const studio = useMemo(
    () => ({ room: new RoomConnection(admit), stage: new StageConnection(admit, { receives: true }) }),
    [admit],
  );
  useEffect(
    () => () => {
      studio.room.leave();
      studio.stage.leave();
    },
    [studio],
  );
  return studio;
}
export type Studio = ReturnType<typeof useStudio>;
