export { ArrivalClock } from "./arrival-clock.ts";
export { type CodedFrame, FrameAssembler, type PayloadFormat } from "./frames.ts";
export { h264 } from "./h264.ts";
export {
  isRtcp,
  parseRtp,
  type RtpPacket,
  rtpHeaderLength,
  Unwrapper,
  unwrapRtx,
  writeRtp,
} from "./packet.ts";
export { type ArrivedPacket, ReorderBuffer } from "./reorder.ts";
export { parseRtcp, writeNack, writePli, writeSenderReport } from "./rtcp.ts";
export {
  deriveSession,
  protectRtcp,
  protectRtp,
  type SessionKey,
  SrtpReceiver,
  srtpKeyBytes,
  unprotectRtcp,
} from "./srtp.ts";
export { SyncGroup } from "./sync-group.ts";
export { vp8 } from "./vp8.ts";
export { vp9, vp9Size } from "./vp9.ts";
