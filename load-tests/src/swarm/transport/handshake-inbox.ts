import { type HandshakeMessage, handshakeMessage } from "./handshake-messages.ts";

const headerBytes = 12;
/** Far above any message of a WebRTC handshake. */
const maxBytes = 16 * 1024;

/** `have`: bytes from the start that are there. */
type Gathering = { type: number; body: Buffer; have: number };

/**
 * Puts fragments together and messages in order (RFC 6347 §4.2.2, §4.2.3). What was read already is dropped, as is a
 * fragment that leaves a hole before it: both come again with the flight.
 */
export class HandshakeInbox {
  readonly #gathering = new Map<number, Gathering>();
  #next = 0;

  /** The messages that can be read now, of the payload of one handshake record. */
  push(payload: Buffer): HandshakeMessage[] {
    for (let at = 0; at + headerBytes <= payload.length; ) {
      const end = at + headerBytes + payload.readUIntBE(at + 9, 3);
      if (end > payload.length) break;
      this.#gather(payload.subarray(at, end));
      at = end;
    }
    const ready: HandshakeMessage[] = [];
    for (;;) {
      const found = this.#gathering.get(this.#next);
      if (!found || found.have < found.body.length) return ready;
      ready.push(handshakeMessage(found.type, this.#next, found.body));
      this.#gathering.delete(this.#next++);
    }
  }

  #gather(fragment: Buffer): void {
    const total = fragment.readUIntBE(1, 3);
    const sequence = fragment.readUInt16BE(4);
    const offset = fragment.readUIntBE(6, 3);
    const bytes = fragment.subarray(headerBytes);
    const end = offset + bytes.length;
    if (sequence < this.#next || sequence > this.#next + 16 || total > maxBytes || end > total) return;
    const known = this.#gathering.get(sequence);
    const gathering = known ?? { type: fragment.readUInt8(0), body: Buffer.alloc(total), have: 0 };
    if (!known) this.#gathering.set(sequence, gathering);
    if (gathering.body.length !== total || offset > gathering.have) return;
    bytes.copy(gathering.body, offset);
    gathering.have = Math.max(gathering.have, end);
  }
}
