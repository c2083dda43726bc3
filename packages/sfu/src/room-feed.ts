import { EventLog, type Log, type LogPosition, type Redis, type Scope, type Tokens } from "@rostrum/platform";
import { RoomEventDraft, RoomSnapshot, RostrumError, roomLogKey } from "@rostrum/protocol";

export type RoomEvents = EventLog<RoomEventDraft>;

/** The rooms' event log on a pair of connections: one for commands, one that only listens. */
export const createRoomEvents = (options: { redis: Redis; subscriber: Redis; log: Log }): RoomEvents =>
  new EventLog({ ...options, schema: RoomEventDraft });

export type RoomFeedOptions = {
  events: RoomEvents;
  tokens: Tokens;
  nodeId: string;
  kind: "origin" | "edge";
  webUrl: string;
};

/** Reads rooms for a media node: the snapshot from web, then the log. */
export class RoomFeed {
  readonly #options: RoomFeedOptions;

  constructor(options: RoomFeedOptions) {
    this.#options = options;
  }

  /** Throws not-found when there is no such webinar, node.unavailable when web cannot answer. */
  async snapshot(webinarId: string): Promise<RoomSnapshot> {
    const { tokens, nodeId, kind, webUrl } = this.#options;
    const response = await fetch(`${webUrl}/api/internal/rooms/${webinarId}/snapshot`, {
      headers: { authorization: `Bearer ${await tokens.signNode({ nodeId, kind })}` },
      signal: AbortSignal.timeout(4000),
    }).catch((error: unknown) => {
      throw new RostrumError("node.unavailable", "web cannot be reached.", { cause: error });
    });
    if (response.status === 404) throw new RostrumError("not-found", "There is no such webinar.");
    if (!response.ok)
      throw new RostrumError("node.unavailable", `web answered ${response.status} for a room snapshot.`);
    return RoomSnapshot.parse(await response.json());
  }

  follow(
    webinarId: string,
    follower: {
      onSnapshot: (room: RoomSnapshot) => void;
      onEvent: (event: RoomEventDraft, at: LogPosition) => void;
    },
    scope: Scope,
  ): void {
    this.#options.events.follow(
      roomLogKey(webinarId),
      {
        snapshot: async () => {
          const state = await this.snapshot(webinarId);
          return { seq: state.seq, epoch: state.epoch, state };
        },
        onSnapshot: (room) => follower.onSnapshot(room),
        onEvent: (event, at) => follower.onEvent(event, at),
      },
      scope,
    );
  }
}
