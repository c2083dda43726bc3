import { randomBytes } from "node:crypto";
import type { TransportOptions } from "@rostrum/protocol";
import { makeCertificate } from "./certificate.ts";
import { isRtcp, type RtpHeader, readRtpHeader } from "./rtp.ts";
import { DtlsClient, type SrtpMasters } from "./transport/dtls-client.ts";
import { isDtls } from "./transport/dtls-record.ts";
import { type IceCandidate, IcePath } from "./transport/ice-path.ts";
import { Reception } from "./transport/reception.ts";
import { SrtcpWriter, SrtpReader, srtpTagBytes } from "./transport/srtp.ts";
import type { IceCredentials } from "./transport/stun.ts";

type PeerHandlers = {
  /** Whether the payloads of this stream are needed. */
  reads: (ssrc: number) => boolean;
  /** `payload` when it is needed, and now and then otherwise. */
  onPacket: (packet: RtpHeader, payloadBytes: number, payload: Buffer | undefined) => void;
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
/**
 * Of packets whose payload nobody needs, one in so many is decrypted all the same: what is counted stands in the clear
 * header, and a generator that decrypts everything would take from the machine it measures.
 */
const sampledPackets = 16;

/**
 * The client's end of a receive transport: ICE against ICE-lite, DTLS as client, SRTP (whose payloads are read on demand).
 * Answers sender reports; asks for neither key frames nor retransmissions, so every loss stays a loss.
 */
export class MediaPeer {
  readonly #handlers: PeerHandlers;
  readonly #ice: IcePath;
  readonly #dtls: DtlsClient;
  readonly #reception = new Reception(randomBytes(4).readUInt32BE(0));
  #srtp: { reader: SrtpReader; writer: SrtcpWriter } | undefined;
  #connected: (() => void) | undefined;
  #failed: ((error: Error) => void) | undefined;
  #closed = false;
  #taken = 0;

  constructor(transport: TransportOptions, handlers: PeerHandlers) {
    this.#handlers = handlers;
    const { fingerprints } = transport.dtlsParameters as {
      fingerprints: { algorithm: string; value: string }[];
    };
    const fingerprint = fingerprints.find(({ algorithm }) => algorithm === "sha-256")?.value;
    if (!fingerprint) throw new Error("the transport has no SHA-256 fingerprint");
    this.#ice = new IcePath({
      credentials: transport.iceParameters as IceCredentials,
      candidates: transport.iceCandidates as IceCandidate[],
      onDatagram: (datagram) => this.#receive(datagram),
      onEnd: (reason) => this.#end(reason),
    });
    this.#dtls = new DtlsClient({
      certificate: own.certificate,
      key: own.key,
      fingerprint,
      send: (datagram) => this.#ice.send(datagram),
      onConnected: (masters) => this.#open(masters),
      onEnd: (reason) => this.#end(reason),
    });
  }

  /**
   * Shake hands, once the node knows with whom: it drops a handshake that comes before. ICE has been under way since this
   * peer was made. Rejects after 20 s.
   */
  async connect(): Promise<void> {
    if (this.#closed) throw new Error("the peer has been closed");
    const through = new Promise<void>((resolve, reject) => {
      this.#connected = resolve;
      this.#failed = reject;
    });
    const timer = setTimeout(
      () => this.#end(`no ICE and DTLS connection within ${connectTimeoutMs} ms`),
      connectTimeoutMs,
    );
    this.#ice.found.then(() => this.#dtls.start());
    await through.finally(() => clearTimeout(timer));
  }

  #open({ client, server }: SrtpMasters): void {
    this.#srtp = { reader: new SrtpReader(server), writer: new SrtcpWriter(client) };
    this.#connected?.();
  }

  /** By the first byte (RFC 7983 §7). */
  #receive(datagram: Buffer): void {
    if (isDtls(datagram)) this.#dtls.receive(datagram);
    else if (!this.#srtp) return;
    else if (isRtcp(datagram)) this.#hearReport(this.#srtp, datagram);
    else this.#take(this.#srtp.reader, datagram);
  }

  #take(reader: SrtpReader, datagram: Buffer): void {
    const packet = readRtpHeader(datagram);
    if (!packet) return;
    const index = this.#reception.note(packet.ssrc, packet.sequence);
    const reads = this.#handlers.reads(packet.ssrc) || this.#taken++ % sampledPackets === 0;
    const payload = reads ? reader.openRtp(datagram, packet, index) : undefined;
    if (reads && !payload) this.#end("SRTP: a packet is not what its keys say");
    else this.#handlers.onPacket(packet, datagram.length - packet.bytes - srtpTagBytes, payload);
  }

  #hearReport({ reader, writer }: { reader: SrtpReader; writer: SrtcpWriter }, datagram: Buffer): void {
    const compound = reader.openRtcp(datagram);
    if (!compound) {
      this.#end("SRTCP: a report is not what its keys say");
      return;
    }
    const answer = this.#reception.answer(compound);
    if (answer.length > 0) this.#ice.send(writer.seal(answer));
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.close(reason);
    this.#handlers.onEnd(reason);
  }

  /** Whoever waits for the connection is told why there is none. */
  close(reason = "the peer was closed"): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#failed?.(new Error(reason));
    this.#dtls.close();
    this.#ice.close();
  }
}
