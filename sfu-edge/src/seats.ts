import type { Scope, SeatLedger } from "@rostrum/platform";
import type { WebinarId } from "@rostrum/protocol";
import type { Attendee } from "./attendee.ts";
import type { FanOut } from "./fan-out.ts";

const everyMs = 1000;
/** A seat whose edge says nothing for this long is free. */
const holdMs = 6000;
/** Somebody whose socket broke comes back to the same seat within this, ms. */
const graceMs = 1500;
/** Those who sit down within this are told together, ms: web has reserved their seats for longer. */
const gatherMs = 50;

/**
 * Whether a close code says that nobody comes back by themselves (RFC 6455 §7.4.1): 1000, they left; 1001, the page went.
 * A page that is loaded again asks at the door first, which takes longer than a seat is kept.
 */
export const leftForGood = (code: number | undefined): boolean => code === 1000 || code === 1001;

type SeatKeeperOptions = { ledger: SeatLedger; webinarId: WebinarId; fanOut: FanOut; scope: Scope };

/** Tells the ledger who sits and who waits here: again and again, so that a ledger that was lost is whole in a second. */
export class SeatKeeper {
  readonly #options: SeatKeeperOptions;
  /** Sit here, and the ledger has not been told. */
  readonly #arrived = new Set<string>();

  constructor(options: SeatKeeperOptions) {
    this.#options = options;
    options.scope.every(everyMs, "seats", () => this.#tell().catch(() => {}));
  }

  /** Somebody sits from now on. */
  taken(attendee: Attendee): void {
    this.#arrived.add(attendee.claims.participantId);
    if (this.#arrived.size === 1)
      this.#options.scope.after(gatherMs, "seats taken", () => this.#holdArrived().catch(() => {}));
  }

  async #holdArrived(): Promise<void> {
    const { ledger, webinarId } = this.#options;
    const arrived = [...this.#arrived];
    this.#arrived.clear();
    await ledger.hold(webinarId, arrived, holdMs);
  }

  /** Somebody's seat or socket here is gone; `left`: of their own will. */
  freed(attendee: Attendee, left: boolean): void {
    const { ledger, webinarId, fanOut, scope } = this.#options;
    const { participantId } = attendee.claims;
    this.#arrived.delete(participantId);
    const elsewhere = [...fanOut.attendees].some(
      (other) => other !== attendee && other.receives && other.claims.participantId === participantId,
    );
    if (!elsewhere)
      scope.run("free seat", () =>
        ledger.release(webinarId, participantId, left ? 0 : graceMs).catch(() => {}),
      );
  }

  async #tell(): Promise<void> {
    const { ledger, webinarId, fanOut } = this.#options;
    const seated: string[] = [];
    const waiting: { participantId: string; since: number }[] = [];
    for (const { receives, claims, waitsSince } of fanOut.attendees) {
      if (receives) seated.push(claims.participantId);
      else if (waitsSince !== undefined)
        waiting.push({ participantId: claims.participantId, since: waitsSince });
    }
    await ledger.hold(webinarId, seated, holdMs);
    await ledger.keepWaiting(webinarId, waiting);
  }
}
