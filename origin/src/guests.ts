import type { ParticipantId, RoomEventBody, RoomSnapshot } from "@rostrum/protocol";

/** Attendees whom the host has called on stage and who said yes: the room says who, and the origin follows it. */
export class Guests {
  #ids: ReadonlySet<ParticipantId> = new Set();
  readonly #watchers = new Set<() => void>();

  follow(room: Pick<RoomSnapshot, "hands">): void {
    this.#become(room.hands.filter(({ status }) => status === "on-stage").map((hand) => hand.participantId));
  }

  apply(body: RoomEventBody): void {
    if (body.type === "hand.lowered") this.#become([...this.#ids].filter((id) => id !== body.participantId));
    else if (body.type === "hand.raised" && body.hand.status === "on-stage")
      this.#become([...this.#ids, body.hand.participantId]);
  }

  /** Whether somebody is a guest, or becomes one within `ms`. */
  async has(participantId: ParticipantId, ms: number): Promise<boolean> {
    if (this.#ids.has(participantId)) return true;
    const come = Promise.withResolvers<void>();
    const timer = setTimeout(come.resolve, ms);
    const watcher = () => this.#ids.has(participantId) && come.resolve();
    this.#watchers.add(watcher);
    await come.promise;
    clearTimeout(timer);
    this.#watchers.delete(watcher);
    return this.#ids.has(participantId);
  }

  /** Calls `gone` once this guest is one no more; the returned function ends the watch. */
  onGone(participantId: ParticipantId, gone: () => void): () => void {
    const watcher = () => {
      if (this.#ids.has(participantId)) return;
      this.#watchers.delete(watcher);
      gone();
    };
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  #become(ids: readonly ParticipantId[]): void {
    this.#ids = new Set(ids);
    for (const watcher of [...this.#watchers]) watcher();
  }
}
