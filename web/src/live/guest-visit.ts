import type { RoomConnection } from "./room-connection.ts";
import { StageConnection } from "./stage-connection.ts";
import { Value } from "./value.ts";

/** What a guest brings on stage; without a camera they are heard and not seen. */
export type GuestTracks = { microphone: MediaStreamTrack | undefined; camera: MediaStreamTrack | undefined };

/**
 * An attendee's visits on stage, called there by the host: publishing at the origin beside the seat on the edge, where
 * they go on watching. Afterwards they watch as they did before.
 */
export class GuestVisit {
  /** While on stage. */
  readonly stage = new Value<StageConnection | null>(null);
  readonly #room: RoomConnection;
  #watchedBroadcast = false;

  constructor(room: RoomConnection) {
    this.#room = room;
  }

  /** Come on stage with these tracks, which are this visit's to stop from now on. */
  come({ microphone, camera }: GuestTracks): void {
    if (this.stage.get()) return;
    const stage = new StageConnection(
      (excludeEdges) => this.#room.api.hand.accept.mutate({ excludeEdges: excludeEdges.slice(-20) }),
      { receives: false },
    );
    this.stage.set(stage);
    this.#watchedBroadcast = this.#room.state.get().delivery === "hls";
    if (microphone) void stage.add("microphone", microphone);
    if (camera) void stage.add("camera", camera);
    const unwatch = stage.state.subscribe(() => {
      const { connection } = stage.state.get();
      // The seat is theirs once the host's invitation is found to be good.
      if (connection === "connected") void this.#room.sitDown();
      if (connection !== "ended") return;
      unwatch();
      this.#end(stage);
    });
    stage.enter();
  }

  /** Off the stage; the hand is the caller's to take down. */
  leave(): void {
    const stage = this.stage.get();
    if (stage) this.#end(stage);
  }

  #end(stage: StageConnection): void {
    if (this.stage.get() !== stage) return;
    this.stage.set(null);
    stage.leave();
    if (this.#watchedBroadcast) this.#room.standUp("back from the stage");
  }
}
