import type { TransportOptions } from "@rostrum/protocol";
import nodeDataChannel, { type PeerConnection, type Track } from "node-datachannel";
import { makeCertificate } from "./certificate.ts";
import { type Codec, type OfferedSection, type OfferedStream, offerSdp } from "./sdp.ts";

type PeerHandlers = {
  /** Decrypted RTP, and RTCP that libdatachannel does not keep to itself. */
  onPacket: (packet: Buffer) => void;
  onEnd: (reason: string) => void;
};

/** One for all receivers of this process. */
const own = makeCertificate();
/** What the node is told of this end before anything is negotiated: receivers begin the handshake. */
export const dtlsParameters = {
  role: "client" as const,
  fingerprints: [{ algorithm: "sha-256", value: own.fingerprint }],
};

const connectTimeoutMs = 20_000;
let peers = 0;

/**
 * The client's end of a receive transport on libdatachannel: ICE (full agent against ICE-lite), DTLS as client, SRTP.
 * Reports RTCP receiver statistics; asks for neither key frames nor retransmissions, so every loss stays a loss.
 */
export class MediaPeer {
  readonly #transport: TransportOptions;
  readonly #peer: PeerConnection;
  readonly #tracks: Track[] = [];
  readonly #sections: OfferedSection[];
  readonly #handlers: PeerHandlers;
  #version = 0;
  #described: (() => void) | undefined;
  #closed = false;
  /** Settles when ICE and DTLS are through, or cannot be. */
  readonly connected: Promise<void>;

  constructor(transport: TransportOptions, codecs: Codec[], handlers: PeerHandlers) {
    this.#transport = transport;
    this.#handlers = handlers;
    this.#sections = (["audio", "video"] as const).map((mid) => ({
      mid,
      codecs: codecs.filter(({ kind }) => kind === mid),
      streams: [],
    }));
    const onLoopback = (transport.iceCandidates as { address: string }[]).every(
      ({ address }) => address === "127.0.0.1",
    );
    this.#peer = new nodeDataChannel.PeerConnection(`receiver-${peers++}`, {
      iceServers: [],
      certificatePemFile: own.certificate,
      keyPemFile: own.key,
      ...(onLoopback ? { bindAddress: "127.0.0.1" } : {}),
    });
    this.#peer.onLocalDescription(() => this.#described?.());
    this.#peer.onTrack((track) => this.#receive(track));
    this.connected = this.#watch();
    this.connected.catch(() => undefined);
  }

  #watch(): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ICE and DTLS connection within ${connectTimeoutMs} ms`)),
        connectTimeoutMs,
      );
      this.#peer.onStateChange((state) => {
        if (state === "connected") resolve();
        else if (state === "failed" || state === "disconnected" || state === "closed") {
          reject(new Error(`peer connection ${state}`));
          if (!this.#closed) this.#handlers.onEnd(`peer connection ${state}`);
        } else return;
        clearTimeout(timer);
      });
    });
  }

  #receive(track: Track): void {
    track.setMediaHandler(new nodeDataChannel.RtcpReceivingSession());
    track.onMessage((packet) => this.#handlers.onPacket(packet));
    this.#tracks.push(track);
  }

  /** Tell libdatachannel of one more stream; it takes effect with the next `negotiate`. */
  addStream(kind: "audio" | "video", stream: OfferedStream): void {
    this.#sections.find(({ mid }) => mid === kind)?.streams.push(stream);
  }

  removeStream(ssrc: number): void {
    for (const section of this.#sections)
      section.streams = section.streams.filter((stream) => stream.ssrc !== ssrc);
  }

  /** Offer all that is known; resolves when there is an answer, whose contents the node knows already. One at a time. */
  negotiate(): Promise<void> {
    const offer = offerSdp(this.#transport, this.#sections, ++this.#version);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error("libdatachannel made no answer")), 10_000);
      this.#described = () => {
        clearTimeout(timer);
        resolve();
      };
      this.#peer.setRemoteDescription(offer, "offer" as never);
    });
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#peer.close();
  }
}
