/**
 * Proves a media worker: starts it, opens a WebRTC transport on 127.0.0.1 and completes ICE (RFC 8445), DTLS (RFC 6347)
 * and SCTP with an independent peer. Bounded; prints one line and exits 0 or 1 when run by itself.
 */
import { fileURLToPath } from "node:url";
import { createWorker, type types } from "mediasoup";
import { PeerConnection } from "node-datachannel";

const TIMEOUT_MS = 10_000;

export type HandshakeResult = { ok: true; elapsedMs: number } | { ok: false; reason: string };

/** What the worker's side would answer to a data channel offer, as SDP. */
function answerFor(transport: types.WebRtcTransport): string {
  const { iceParameters, iceCandidates, dtlsParameters } = transport;
  const fingerprint = dtlsParameters.fingerprints.find((one) => one.algorithm === "sha-256");
  const candidates = iceCandidates.map(
    (one) =>
      `a=candidate:${one.foundation} 1 ${one.protocol} ${one.priority} ${one.address} ${one.port} typ host`,
  );
  return [
    "v=0",
    "o=worker 1 1 IN IP4 127.0.0.1",
    "s=-",
    "t=0 0",
    "a=ice-lite",
    "a=group:BUNDLE 0",
    `a=fingerprint:sha-256 ${fingerprint?.value}`,
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "c=IN IP4 127.0.0.1",
    "a=mid:0",
    `a=ice-ufrag:${iceParameters.usernameFragment}`,
    `a=ice-pwd:${iceParameters.password}`,
    "a=setup:passive",
    "a=sctp-port:5000",
    "a=max-message-size:262144",
    ...candidates,
    "a=end-of-candidates",
    "",
  ].join("\r\n");
}

/** The peer's certificate fingerprint out of its offer. */
function fingerprintOf(sdp: string): types.DtlsFingerprint {
  const value = /a=fingerprint:sha-256 ([0-9A-F:]+)/i.exec(sdp)?.[1];
  if (!value) throw new Error("the peer's offer has no SHA-256 fingerprint");
  return { algorithm: "sha-256", value };
}

async function connect(transport: types.WebRtcTransport, peer: PeerConnection): Promise<void> {
  const connected = new Promise<void>((resolve, reject) => {
    transport.on("dtlsstatechange", (state) => {
      if (state === "connected") resolve();
      if (state === "failed" || state === "closed") reject(new Error(`DTLS ${state}`));
    });
  });
  connected.catch(() => {});
  const offer = new Promise<string>((resolve) => peer.onLocalDescription((sdp) => resolve(sdp)));
  // The router answers SCTP but not the data channel's own opening (RFC 8832), so the association is what is awaited.
  const associated = new Promise<void>((resolve) => {
    transport.on("sctpstatechange", (state) => {
      if (state === "connected") resolve();
    });
  });
  peer.createDataChannel("doctor");
  await transport.connect({ dtlsParameters: { role: "client", fingerprints: [fingerprintOf(await offer)] } });
  peer.setRemoteDescription(answerFor(transport), "answer");
  await connected;
  await associated;
}

/** Never throws; a worker that dies, or that is silent for 10 s, is a reason. */
export async function dtlsHandshake(): Promise<HandshakeResult> {
  const started = performance.now();
  const closers: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;
  const attempt = async (): Promise<void> => {
    const worker = await createWorker({ logLevel: "warn" });
    closers.push(() => worker.close());
    const died = new Promise<never>((_, reject) =>
      worker.on("died", (error) => reject(new Error(`the worker died: ${error.message}`))),
    );
    died.catch(() => {});
    const router = await worker.createRouter();
    const transport = await router.createWebRtcTransport({
      listenInfos: [{ protocol: "udp", ip: "127.0.0.1" }],
      enableSctp: true,
    });
    const peer = new PeerConnection("doctor", { iceServers: [], bindAddress: "127.0.0.1" });
    closers.push(() => peer.close());
    await Promise.race([connect(transport, peer), died]);
  };
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS);
  });
  try {
    await Promise.race([attempt(), timeout]);
    return { ok: true, elapsedMs: Math.round(performance.now() - started) };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
    for (const close of closers.reverse()) close();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const result = await dtlsHandshake();
  process.stdout.write(
    result.ok
      ? `worker started, ICE + DTLS + SCTP connected in ${result.elapsedMs} ms\n`
      : `handshake failed: ${result.reason}\n`,
  );
  process.exit(result.ok ? 0 : 1);
}
