import {
  createECDH,
  createHash,
  type ECDH,
  type KeyObject,
  randomBytes,
  sign,
  verify,
  X509Certificate,
} from "node:crypto";
import { contentTypes, type DtlsRecord, RecordLayer } from "./dtls-record.ts";
import { HandshakeInbox } from "./handshake-inbox.ts";
import {
  certificateChain,
  certificateVerify,
  clientHello,
  clientKeyExchange,
  type HandshakeMessage,
  handshakeMessage,
  messageTypes,
  readCertificate,
  readServerHello,
  readServerKeyExchange,
} from "./handshake-messages.ts";
import {
  extendedMasterSecret,
  recordKeys,
  type SrtpMaster,
  srtpMasters,
  verifyData,
} from "./key-schedule.ts";

/** A flight that is not answered is sent again after these, ms (RFC 6347 §4.2.4.1). */
const retransmitMs = [1000, 2000, 4000, 8000];

export type SrtpMasters = Record<"client" | "server", SrtpMaster>;

type DtlsOptions = {
  /** DER, and the key it is for. */
  certificate: Buffer;
  key: KeyObject;
  /** SHA-256 of the server's certificate as signalled, upper case with colons (RFC 8122 §5). */
  fingerprint: string;
  send: (datagram: Buffer) => void;
  /** The handshake is through. */
  onConnected: (masters: SrtpMasters) => void;
  /** It cannot be, or the server has ended the connection. */
  onEnd: (reason: string) => void;
};

/**
 * DTLS 1.2 as client (RFC 6347) with what WebRTC needs and no more: one suite, ECDHE on P-256 with ECDSA and AES-128-GCM,
 * both sides' certificates, extended master secret, keys for SRTP (RFC 5764). No resumption, no renegotiation, no cookie
 * (the media worker asks for none: ICE has proved the address), and no data of its own.
 */
export class DtlsClient {
  readonly #options: DtlsOptions;
  readonly #records = new RecordLayer();
  readonly #inbox = new HandshakeInbox();
  readonly #random = randomBytes(32);
  readonly #transcript: Buffer[] = [];
  #serverRandom: Buffer = Buffer.alloc(0);
  #serverKey: KeyObject | undefined;
  #exchange: { own: ECDH; point: Buffer } | undefined;
  #master: Buffer | undefined;
  #sequence = 0;
  #timer: NodeJS.Timeout | undefined;
  #state: "new" | "hello" | "finished" | "connected" | "ended" = "new";

  constructor(options: DtlsOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#state !== "new") return;
    this.#state = "hello";
    const hello = this.#message(messageTypes.clientHello, clientHello(this.#random));
    this.#sendFlight([() => this.#records.write(contentTypes.handshake, 0, hello)]);
  }

  close(): void {
    if (this.#state === "connected")
      this.#options.send(this.#records.write(contentTypes.alert, 1, Buffer.from([1, 0]))); // close_notify
    this.#finish();
  }

  receive(datagram: Buffer): void {
    if (this.#state === "ended" || this.#state === "new") return;
    try {
      for (const record of this.#records.read(datagram)) this.#take(record);
    } catch (error) {
      this.#end(error instanceof Error ? error.message : String(error));
    }
  }

  #take({ type, epoch, payload }: DtlsRecord): void {
    // An alert in the clear after the keys are there may be anybody's.
    if (type === contentTypes.alert && (epoch === 1 || !this.#master)) this.#hearAlert(payload);
    if (type !== contentTypes.handshake || this.#state === "connected") return;
    for (const message of this.#inbox.push(payload)) this.#read(message, epoch);
  }

  #hearAlert([level, description]: Buffer): void {
    if (description === 0) this.#end("the server closed the connection");
    else if (level === 2) this.#end(`the server's alert ${description}`);
  }

  #read(message: HandshakeMessage, epoch: number): void {
    const { type, body } = message;
    // The server's Finished covers what was said before it.
    if (type !== messageTypes.finished) this.#transcript.push(message.whole);
    if (type === messageTypes.finished) this.#readFinished(body, epoch);
    else if (type === messageTypes.serverHello) this.#serverRandom = readServerHello(body);
    else if (type === messageTypes.certificate)
      this.#serverKey = keyOf(readCertificate(body), this.#options.fingerprint);
    else if (type === messageTypes.serverKeyExchange) this.#exchangeKeys(body);
    else if (type === messageTypes.serverHelloDone) this.#answer();
  }

  #exchangeKeys(body: Buffer): void {
    const { parameters, point, signature } = readServerKeyExchange(body);
    const signed = Buffer.concat([this.#random, this.#serverRandom, parameters]);
    if (!this.#serverKey || !verify("sha256", signed, this.#serverKey, signature))
      throw new Error("the server's key exchange is not signed by its certificate");
    const own = createECDH("prime256v1");
    own.generateKeys();
    this.#exchange = { own, point };
  }

  /** Certificate, key exchange, proof of the certificate's key, and Finished under the new keys. */
  #answer(): void {
    if (!this.#exchange) throw new Error("the server sent no key exchange");
    const { own, point } = this.#exchange;
    const { certificate, key } = this.#options;
    const plain = [
      this.#message(messageTypes.certificate, certificateChain(certificate)),
      this.#message(messageTypes.clientKeyExchange, clientKeyExchange(own.getPublicKey())),
    ];
    const master = extendedMasterSecret(own.computeSecret(point), this.#hash());
    this.#master = master;
    const proof = sign("sha256", Buffer.concat(this.#transcript), key);
    plain.push(this.#message(messageTypes.certificateVerify, certificateVerify(proof)));
    const keys = recordKeys(master, { client: this.#random, server: this.#serverRandom });
    this.#records.protect(keys.client, keys.server);
    const finished = this.#message(messageTypes.finished, verifyData(master, "client", this.#hash()));
    this.#state = "finished";
    this.#sendFlight([
      ...plain.map((message) => () => this.#records.write(contentTypes.handshake, 0, message)),
      () => this.#records.write(contentTypes.changeCipherSpec, 0, Buffer.from([1])),
      () => this.#records.write(contentTypes.handshake, 1, finished),
    ]);
  }

  #readFinished(body: Buffer, epoch: number): void {
    if (!this.#master || epoch !== 1) throw new Error("the server finished before it may");
    if (!body.equals(verifyData(this.#master, "server", this.#hash())))
      throw new Error("the server's Finished does not match what was said");
    this.#state = "connected";
    clearTimeout(this.#timer);
    this.#options.onConnected(
      srtpMasters(this.#master, { client: this.#random, server: this.#serverRandom }),
    );
  }

  /** One more message of ours, noted for the hashes. */
  #message(type: number, body: Buffer): Buffer {
    const { whole } = handshakeMessage(type, this.#sequence++, body);
    this.#transcript.push(whole);
    return whole;
  }

  #hash(): Buffer {
    const hash = createHash("sha256");
    for (const message of this.#transcript) hash.update(message);
    return hash.digest();
  }

  /** A flight fits into one datagram; sent again, its records have new numbers. */
  #sendFlight(flight: (() => Buffer)[], attempt = 0): void {
    clearTimeout(this.#timer);
    this.#options.send(Buffer.concat(flight.map((record) => record())));
    const wait = retransmitMs[attempt];
    if (wait !== undefined) this.#timer = setTimeout(() => this.#sendFlight(flight, attempt + 1), wait);
  }

  #end(reason: string): void {
    if (this.#state === "ended") return;
    this.#finish();
    this.#options.onEnd(`DTLS: ${reason}`);
  }

  #finish(): void {
    this.#state = "ended";
    clearTimeout(this.#timer);
  }
}

/** By fingerprint: a thousand connections go to the few certificates of a few workers. */
const knownKeys = new Map<string, KeyObject>();

function keyOf(certificate: Buffer, fingerprint: string): KeyObject {
  const own = createHash("sha256").update(certificate).digest("hex").toUpperCase();
  if ((own.match(/../g) ?? []).join(":") !== fingerprint)
    throw new Error("the server's certificate is not the one that was signalled");
  const known = knownKeys.get(fingerprint) ?? new X509Certificate(certificate).publicKey;
  knownKeys.set(fingerprint, known);
  return known;
}
