import { confirms, type IceCredentials, isStun, nominatingCheck, transactionId } from "./stun.ts";
import { UdpSocket } from "./udp.ts";

export type IceCandidate = { address: string; port: number; protocol: string };

/** Between checks until one is answered, ms; the last is repeated. */
const checkMs = [500, 1000, 2000];
/** Consent is asked for this often, ms, give or take a fifth, and believed this long (RFC 7675 §5.1). */
const consentMs = 5000;
const consentLostMs = 30_000;
const fragment = "swrm";

type IceOptions = {
  credentials: IceCredentials;
  candidates: readonly IceCandidate[];
  /** What is not STUN, in a view that the next datagram overwrites. */
  onDatagram: (datagram: Buffer) => void;
  onEnd: (reason: string) => void;
};

/**
 * One socket to an ICE-lite server: the controlling side with a single pair, its own host candidate and the server's
 * first over UDP, nominated with the first check (RFC 8445 §8.1.1); then consent (RFC 7675).
 */
export class IcePath {
  readonly #options: IceOptions;
  #socket: UdpSocket | undefined;
  #transaction = transactionId();
  #confirmedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #found: () => void = () => undefined;
  #closed = false;
  /** Resolves when the server has answered a check. */
  readonly found: Promise<void>;

  constructor(options: IceOptions) {
    this.#options = options;
    const candidate = options.candidates.find(({ protocol }) => protocol === "udp");
    if (!candidate) throw new Error("the transport has no candidate over UDP");
    this.found = new Promise((resolve) => {
      this.#found = resolve;
    });
    UdpSocket.connect(candidate.address, candidate.port, (datagram) => this.#receive(datagram)).then(
      (socket) => this.#begin(socket),
      (error: unknown) => options.onEnd(`ICE: ${error instanceof Error ? error.message : String(error)}`),
    );
  }

  #begin(socket: UdpSocket): void {
    this.#socket = socket;
    // A port that refuses may be one that is not open yet: consent tells.
    if (this.#closed) socket.close();
    else this.#check(0);
  }

  send(datagram: Buffer): void {
    this.#socket?.send(datagram);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #receive(datagram: Buffer): void {
    if (!isStun(datagram)) this.#options.onDatagram(datagram);
    else if (confirms(datagram, this.#transaction, this.#options.credentials.password)) this.#confirm();
  }

  #ask(): void {
    this.send(nominatingCheck(this.#transaction, fragment, this.#options.credentials));
  }

  #check(attempt: number): void {
    if (this.#closed) return;
    this.#ask();
    const wait = checkMs[Math.min(attempt, checkMs.length - 1)];
    this.#timer = setTimeout(() => this.#check(attempt + 1), wait);
  }

  #confirm(): void {
    this.#confirmedAt = performance.now();
    this.#found();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#askConsent(), consentMs * (0.8 + Math.random() * 0.4));
  }

  #askConsent(): void {
    if (performance.now() - this.#confirmedAt > consentLostMs) {
      this.#options.onEnd("ICE: no consent");
      return;
    }
    this.#transaction = transactionId();
    this.#ask();
    // One that is lost is made up for by the next.
    this.#timer = setTimeout(() => this.#askConsent(), consentMs);
  }
}
