import { Radio } from "lucide-react";
import { useTexts } from "../../client/language.tsx";
import type { RoomConnection } from "../../live/room-connection.ts";

/** Why this is the broadcast and not the conversation, and the way back. */
export function FallenNotice({ connection }: { connection: RoomConnection }) {
  const { room } = useTexts();
  return (
    <div className="stage-note" role="status">
      <p>{room.fallen}</p>
      <button className="button small" type="button" onClick={() => connection.retryWebRtc()}>
        <Radio size={16} aria-hidden="true" />
        {room.tryLive}
      </button>
    </div>
  );
}
