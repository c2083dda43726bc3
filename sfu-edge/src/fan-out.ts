import type { RoomEvent, RoomEventDraft } from "@rostrum/protocol";
import type { Attendee } from "./attendee.ts";

type Addressed = Pick<RoomEventDraft, "audience" | "to">;

/** Whether somebody may see an event. */
export function mayHear(attendee: Attendee, { audience, to }: Addressed): boolean {
  if (audience === "all") return true;
  return attendee.claims.participantId === to || (audience === "hosts" && attendee.hosts);
}

/**
 * Writes one event to every socket of a webinar here. It is encoded once; a socket that does not drain is dropped by
 * its own limit and comes back with a snapshot.
 */
export class FanOut {
  readonly #attendees = new Set<Attendee>();

  add(attendee: Attendee): () => void {
    this.#attendees.add(attendee);
    return () => this.#attendees.delete(attendee);
  }

  get attendees(): ReadonlySet<Attendee> {
    return this.#attendees;
  }

  send(event: RoomEvent): void {
    const frame = Buffer.from(JSON.stringify({ event: "room.event", data: event }));
    for (const attendee of this.#attendees) if (mayHear(attendee, event)) attendee.socket.sendText(frame);
  }

  /** Different data for hosts and for the others, each encoded once. */
  sendBoth(event: string, data: { hosts: unknown; all: unknown }): void {
    const frames = {
      hosts: Buffer.from(JSON.stringify({ event, data: data.hosts })),
      all: Buffer.from(JSON.stringify({ event, data: data.all })),
    };
    for (const attendee of this.#attendees)
      attendee.socket.sendText(attendee.hosts ? frames.hosts : frames.all);
  }
}
