import { Radio } from "lucide-react";
import type { RoomConnection } from "../../live/room-connection.ts";

/** Why this is the broadcast and not the conversation, and the way back. */
export function FallenNotice({ connection }: { connection: RoomConnection }) {
  return (
    <div className="stage-note" role="status">
      <p>
        Your network lets live media through only as a broadcast, a few seconds behind. You can still ask,
        vote and raise your hand.
      </p>
      <button className="button small" type="button" onClick={() => connection.retryWebRtc()}>
        <Radio size={16} aria-hidden="true" />
        Try live again
      </button>
    </div>
  );
}
