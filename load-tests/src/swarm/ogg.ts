/** Opus packets of an Ogg stream (RFC 3533 §6, RFC 7845 §3), without the two header packets. */
export function opusPacketsOf(stream: Buffer): Buffer[] {
  const packets: Buffer[] = [];
  let partial: Buffer[] = [];
  for (let at = 0; at + 27 <= stream.length; ) {
    if (stream.toString("latin1", at, at + 4) !== "OggS") throw new Error("not an Ogg page");
    const segments = stream[at + 26] ?? 0;
    let body = at + 27 + segments;
    for (let i = 0; i < segments; i++) {
      const size = stream[at + 27 + i] ?? 0;
      partial.push(stream.subarray(body, body + size));
      body += size;
      // A segment of 255 bytes goes on in the next.
      if (size === 255) continue;
      packets.push(Buffer.concat(partial));
      partial = [];
    }
    at = body;
  }
  return packets.slice(2);
}
