import type { types } from "mediasoup";

/** A browser-facing transport on the worker's one port: UDP first, TCP on the same port for networks without it. */
export async function createWebRtcTransport(
  router: types.Router,
  webRtcServer: types.WebRtcServer,
  direction: "send" | "receive",
): Promise<types.WebRtcTransport> {
  const transport = await router.createWebRtcTransport({
    webRtcServer,
    enableUdp: true,
    enableTcp: true,
    preferUdp: true,
    initialAvailableOutgoingBitrate: 1_000_000,
    iceConsentTimeout: 20,
  });
  // Three layers of a camera, a screen and audio fit; a broken or hostile encoder does not flood the stage.
  // Who only receives has no producer: what they send is dropped before anything is estimated.
  if (direction === "send") await transport.setMaxIncomingBitrate(8_000_000);
  return transport;
}

/** The same for testing a connection: it carries packets of a data channel and no media. */
export const createCheckTransport = (
  router: types.Router,
  webRtcServer: types.WebRtcServer,
): Promise<types.WebRtcTransport> =>
  router.createWebRtcTransport({
    webRtcServer,
    enableUdp: true,
    enableTcp: true,
    preferUdp: true,
    enableSctp: true,
    iceConsentTimeout: 20,
  });
