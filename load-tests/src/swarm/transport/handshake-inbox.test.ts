import { describe, expect, it } from "vitest";
import { HandshakeInbox } from "./handshake-inbox.ts";
import { handshakeMessage } from "./handshake-messages.ts";

const message = (sequence: number, text: string) =>
  handshakeMessage(20 + sequence, sequence, Buffer.from(text));

/** A part of a message as a fragment of it. */
function fragment({ whole, body }: ReturnType<typeof message>, from: number, to: number): Buffer {
  const header = Buffer.from(whole.subarray(0, 12));
  header.writeUIntBE(from, 6, 3);
  header.writeUIntBE(to - from, 9, 3);
  return Buffer.concat([header, body.subarray(from, to)]);
}

describe("HandshakeInbox", () => {
  const [first, second] = [message(0, "hello there"), message(1, "")];

  it("gives messages in order, however the records come, each once", () => {
    const inbox = new HandshakeInbox();
    expect(inbox.push(second.whole)).toEqual([]);
    expect(inbox.push(first.whole)).toEqual([first, second]);
    expect(inbox.push(Buffer.concat([first.whole, second.whole]))).toEqual([]);
  });

  it("puts fragments together, overlapping ones too; what follows a hole must come again", () => {
    const inbox = new HandshakeInbox();
    expect(inbox.push(fragment(first, 8, 11))).toEqual([]);
    expect(inbox.push(fragment(first, 0, 6))).toEqual([]);
    expect(inbox.push(fragment(first, 4, 9))).toEqual([]);
    expect(inbox.push(fragment(first, 8, 11))).toEqual([first]);
  });

  it("drops lengths that contradict each other or the bytes that came", () => {
    const inbox = new HandshakeInbox();
    const lying = Buffer.from(first.whole);
    lying.writeUIntBE(0xffffff, 1, 3);
    expect(inbox.push(lying)).toEqual([]);
    expect(inbox.push(first.whole.subarray(0, 15))).toEqual([]);
    expect(inbox.push(first.whole.subarray(0, 5))).toEqual([]);
    expect(inbox.push(first.whole)).toEqual([first]);
  });
});
