/** Id of the audio level header extension, as announced in the RTP parameters. */
export const audioLevelExtensionId = 1;

/**
 * An RTP packet with the client-to-mixer audio level (RFC 6464) as a one-byte header extension (RFC 8285 §4.2). ffmpeg
 * cannot send it, and a mixer that does not decode needs it to know who speaks. `dBov` is 0 (loudest) to -127.
 */
export function withAudioLevel(packet: Buffer, level: { dBov: number; voice: boolean }): Buffer {
  const headerLength = 12 + ((packet[0] ?? 0) & 0x0f) * 4;
  if (((packet[0] ?? 0) & 0x10) !== 0) return packet;
  const out = Buffer.alloc(packet.length + 8);
  packet.copy(out, 0, 0, headerLength);
  out[0] = (packet[0] ?? 0) | 0x10;
  out.writeUInt16BE(0xbede, headerLength);
  out.writeUInt16BE(1, headerLength + 2);
  out[headerLength + 4] = audioLevelExtensionId << 4;
  out[headerLength + 5] = (level.voice ? 0x80 : 0) | Math.min(127, Math.max(0, Math.round(-level.dBov)));
  packet.copy(out, headerLength + 8, headerLength);
  return out;
}
