import type { RoomConnection } from "../../live/room-connection.ts";

/** Why this is the broadcast and not the conversation, and the way back. */
export function FallenNotice({ connection }: { connection: RoomConnection }) {
  return (
    <div className="notice warn row between" role="status">
      <span>
        Your network lets live media through only as a broadcast, a few seconds behind. You can still ask,
        vote and raise your hand.
      </span>
      <button className="button small" type="button" onClick={() => connection.retryWebRtc()}>
        Try live again
      </button>
    </div>
  );
}
