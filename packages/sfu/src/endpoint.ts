import { RostrumError, type RtpEndpoint } from "@rostrum/protocol";
import type { types } from "mediasoup";
import { socketBuffers } from "./socket-buffers.ts";

/** Where pipe and plain transports listen: an internal address and a port range of their own. */
export type PipeListen = { ip: string; portMin: number; portMax: number };

const listenInfo = (listen: PipeListen): types.TransportListenInfo => ({
  protocol: "udp",
  ip: listen.ip,
  ...socketBuffers,
  portRange: { min: listen.portMin, max: listen.portMax },
});

/** A pipe's end: SRTP always, RTX always (without it, loss between hosts becomes frozen pictures). */
export function createPipeTransport(router: types.Router, listen: PipeListen): Promise<types.PipeTransport> {
  return router.createPipeTransport({ listenInfo: listenInfo(listen), enableRtx: true, enableSrtp: true });
}

/** A programme's end: RTP and RTCP on one port (RFC 5761), AEAD_AES_256_GCM (RFC 7714). */
export function createFeedTransport(router: types.Router, listen: PipeListen): Promise<types.PlainTransport> {
  return router.createPlainTransport({
    listenInfo: listenInfo(listen),
    rtcpMux: true,
    comedia: false,
    enableSrtp: true,
    srtpCryptoSuite: "AEAD_AES_256_GCM",
  });
}

/** Our own end, as told to the other side. */
export function endpointOf(transport: types.PipeTransport | types.PlainTransport): RtpEndpoint {
  const { srtpParameters, tuple } = transport;
  if (!srtpParameters) throw new RostrumError("internal", "The transport has no SRTP keys.");
  return { ip: tuple.localAddress, port: tuple.localPort, srtpParameters };
}
