"use client";
import type { RoomSnapshot } from "@rostrum/protocol";
import { useEffect, useState } from "react";
import type { StageTrack } from "../../live/receive.ts";
import type { RoomConnection } from "../../live/room-connection.ts";
import { useValue } from "../../live/use-value.ts";
import { HlsStage } from "./hls-stage.tsx";
import { LiveCaption } from "./live-caption.tsx";
import { StageGrid } from "./stage-grid.tsx";

type Props = {
  connection: RoomConnection;
  room: RoomSnapshot;
  /** What a guest sends themselves, and who they are. */
  own?: { tracks: StageTrack[]; self: string };
  /** What is said is written over the stage; the broadcast's player has its own. */
  captions: boolean;
};

/** The programme by the tier the viewer is on. Changing the tier, the old picture stays until the new one plays. */
export function Programme({ connection, room, own, captions }: Props) {
  const { delivery } = useValue(connection.state);
  const tracks = useValue(connection.tracks);
  const [broadcastPlays, setBroadcastPlays] = useState(false);
  useEffect(() => {
    if (delivery === "webrtc") setBroadcastPlays(false);
  }, [delivery]);
  const showGrid = delivery === "webrtc" || (tracks.length > 0 && !broadcastPlays);
  const onBroadcast = () => {
    setBroadcastPlays(true);
    connection.broadcastPlays();
  };
  return (
    <>
      {delivery === "hls" && (
        <HlsStage connection={connection} title={room.title} covered={showGrid} onPlaying={onBroadcast} />
      )}
      {showGrid && (
        <StageGrid
          tracks={own ? [...own.tracks, ...tracks] : tracks}
          members={room.stage}
          {...(own ? { self: own.self } : {})}
          layout={room.layout}
          speaker={room.speaker}
          onLayer={(consumerId, layer) =>
            consumerId && void connection.receiver?.preferLayer(consumerId, layer).catch(() => undefined)
          }
        >
          {captions && <LiveCaption line={room.caption} />}
        </StageGrid>
      )}
    </>
  );
}
