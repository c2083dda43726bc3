import type { Admission } from "@rostrum/protocol";
import type { StageTrack } from "../../live/receive.ts";
import type { LocalTrack } from "../../live/stage-connection.ts";

/** Local tracks in the shape of received ones, so that one grid draws the whole stage. */
export function ownTracks(local: readonly LocalTrack[], admission: Admission): StageTrack[] {
  return local
    .filter(({ track }) => track.kind === "video")
    .map(({ source, track, paused }) => ({
      consumerId: "",
      track,
      producer: {
        producerId: `own-${source}`,
        participantId: admission.participantId,
        name: admission.name,
        kind: "video",
        source,
        paused,
      },
    }));
}
