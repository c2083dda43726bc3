/** Behind the newest by more than this is an old packet's ghost, not a late one. */
const rememberedPackets = 1024;
/** A jump by more than this is a new sequence, as after a restart of the sender (RFC 3550 appendix A.1). */
const maxJump = 3000;

/**
 * Counts one stream by its sequence numbers, through their wrap at 2^16. A number that never came is lost; one that came
 * late fills its gap again; one that came twice counts once.
 */
export class SequenceCounter {
  received = 0;
  lost = 0;
  late = 0;
  duplicates = 0;
  /** Times the numbers jumped so far that nothing can be said about what lies between. */
  restarts = 0;
  #newest: number | undefined;
  /** Whether the packet came, by extended number modulo the window. */
  readonly #seen = new Uint8Array(rememberedPackets);

  /** `fresh` for a packet ahead of all others: only these make up time. */
  push(sequence: number): "fresh" | "late" | "duplicate" | "restart" {
    if (this.#newest === undefined) return this.#begin(sequence, "fresh");
    const step = ((sequence - this.#newest + 0x8000) & 0xffff) - 0x8000;
    if (Math.abs(step) > maxJump) {
      this.restarts++;
      return this.#begin(sequence, "restart");
    }
    return step > 0 ? this.#advance(step) : this.#fill(step);
  }

  #begin(sequence: number, as: "fresh" | "restart"): "fresh" | "restart" {
    // What precedes the first packet was never sent to this receiver.
    this.#seen.fill(1);
    this.#newest = sequence;
    this.received++;
    return as;
  }

  #advance(step: number): "fresh" {
    const newest = (this.#newest ?? 0) + step;
    for (let missing = newest - step + 1; missing < newest; missing++) this.#mark(missing, 0);
    this.lost += step - 1;
    this.#mark(newest, 1);
    this.#newest = newest;
    this.received++;
    return "fresh";
  }

  #fill(step: number): "late" | "duplicate" {
    const at = ((this.#newest ?? 0) + step) % rememberedPackets;
    if (-step >= rememberedPackets || at < 0 || this.#seen[at] === 1) {
      this.duplicates++;
      return "duplicate";
    }
    this.#seen[at] = 1;
    this.lost--;
    this.late++;
    this.received++;
    return "late";
  }

  #mark(extended: number, value: 0 | 1): void {
    this.#seen[extended % rememberedPackets] = value;
  }
}
