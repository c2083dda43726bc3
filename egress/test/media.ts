import { type ChildProcess, spawn } from "node:child_process";
import type { Socket } from "node:dgram";
import {
  deriveSession,
  parseRtcp,
  parseRtp,
  protectRtcp,
  protectRtp,
  type RtpPacket,
  unprotectRtcp,
  writeRtp,
} from "../src/rtp/index.ts";
import { udpSocket } from "./ports.ts";

export type Endpoint = {
  ip: string;
  port: number;
  srtpParameters: { cryptoSuite: string; keyBase64: string };
};

/** Runs a command to its end. Rejects with its stderr when it fails. */
export function execute(command: string, args: string[], timeoutMs = 120_000): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    const out: Buffer[] = [];
    let faults = "";
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
    child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
    child.stderr.on("data", (bytes: Buffer) => {
      faults = (faults + bytes.toString()).slice(-4000);
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      if (code === 0) resolve(Buffer.concat(out));
      else reject(new Error(`${command} ended with ${code}: ${faults}`));
    });
  });
}

/** A process that lives until it is stopped. */
export function start(command: string, args: string[]): { child: ChildProcess; stop: () => Promise<void> } {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "ignore"] });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return {
    child,
    stop: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

export type SourceSpec = {
  codec: "vp8" | "vp9" | "h264" | "opus";
  /** lavfi graph. */
  input: string;
  ssrc: number;
  payloadType: number;
};

const encoders = {
  vp8: [
    "-c:v",
    "libvpx",
    "-deadline",
    "realtime",
    "-cpu-used",
    "8",
    "-b:v",
    "1M",
    "-g",
    "15",
    "-auto-alt-ref",
    "0",
  ],
  vp9: [
    ...["-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-b:v", "1M", "-g", "15"],
    ...["-strict", "experimental"],
  ],
  h264: [
    ...["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline"],
    ...["-g", "15", "-x264-params", "repeat-headers=1:scenecut=0", "-b:v", "1M"],
  ],
  opus: ["-c:a", "libopus", "-b:a", "64k", "-frame_duration", "20"],
} as const;

/** ffmpeg arguments that send one source as plain RTP to a port of the loopback. */
export function rtpOutput(spec: SourceSpec, map: string, port: number): string[] {
  return [
    ...["-map", map, ...encoders[spec.codec], "-f", "rtp"],
    ...["-ssrc", String(spec.ssrc), "-payload_type", String(spec.payloadType)],
    `rtp://127.0.0.1:${port}?pkt_size=1200`,
  ];
}

/**
 * Takes plain RTP from ffmpeg on a port and sends it on as SRTP, as an origin's plain transport would: answers NACKs
 * from a short history and counts what is asked of it. `dropEvery`: loses each n-th packet on its first sending.
 */
export class SrtpSender {
  readonly #socket: Socket;
  readonly #out: Socket;
  readonly #history = new Map<string, Buffer>();
  readonly #rollovers = new Map<number, { last: number; count: number }>();
  #remote: { ip: string; port: number } | null = null;
  #incomingKey: ReturnType<typeof deriveSession>["rtcp"] | null = null;
  readonly #key: ReturnType<typeof deriveSession>["rtp"];
  readonly #rtcpKey: ReturnType<typeof deriveSession>["rtcp"];
  #rtcpIndex = 0;
  readonly keyBase64: string;
  readonly allowed = new Set<number>();
  dropEvery = 0;
  sent = 0;
  nacks = 0;
  plis = 0;

  private constructor(socket: Socket, out: Socket, keyBase64: string) {
    this.#socket = socket;
    this.#out = out;
    this.keyBase64 = keyBase64;
    const session = deriveSession(keyBase64);
    this.#key = session.rtp;
    this.#rtcpKey = session.rtcp;
    socket.on("message", (bytes) => this.#forward(bytes));
    out.on("message", (bytes) => this.#feedback(bytes));
  }

  static async open(): Promise<SrtpSender> {
    const { randomBytes } = await import("node:crypto");
    return new SrtpSender(await udpSocket(), await udpSocket(), randomBytes(44).toString("base64"));
  }

  get inputPort(): number {
    return this.#socket.address().port;
  }

  get endpoint(): Endpoint {
    const srtpParameters = { cryptoSuite: "AEAD_AES_256_GCM", keyBase64: this.keyBase64 };
    return { ip: "127.0.0.1", port: this.#out.address().port, srtpParameters };
  }

  connect(remote: Endpoint): void {
    this.#remote = { ip: remote.ip, port: remote.port };
    this.#incomingKey = deriveSession(remote.srtpParameters.keyBase64).rtcp;
  }

  #forward(bytes: Buffer): void {
    const packet = parseRtp(bytes);
    // ffmpeg sends its sender reports to the same port; payload types 72-76 are RTCP.
    if (!packet || (packet.payloadType >= 72 && packet.payloadType <= 76)) return;
    this.send(packet, this.dropEvery > 0 && (this.sent + 1) % this.dropEvery === 0);
  }

  /** @param lost it is not sent, until somebody asks for it */
  send(packet: RtpPacket, lost: boolean): void {
    if (!this.#remote || !this.allowed.has(packet.ssrc)) return;
    const state = this.#rollovers.get(packet.ssrc) ?? { last: packet.sequence, count: 0 };
    if (packet.sequence < state.last - 32768) state.count += 1;
    state.last = packet.sequence;
    this.#rollovers.set(packet.ssrc, state);
    const sealed = protectRtp(this.#key, writeRtp(packet), state.count);
    this.#history.set(`${packet.ssrc}/${packet.sequence}`, sealed);
    if (this.#history.size > 4000) this.#history.delete(this.#history.keys().next().value ?? "");
    this.sent += 1;
    if (!lost) this.#out.send(sealed, this.#remote.port, this.#remote.ip);
  }

  /** Sender report (RFC 3550 §6.4.1): at `ntpMs` this source's clock showed `rtpTimestamp`. */
  report(ssrc: number, ntpMs: number, rtpTimestamp: number): void {
    if (!this.#remote || !this.allowed.has(ssrc)) return;
    const report = Buffer.alloc(28);
    report.writeUInt8(0x80, 0);
    report.writeUInt8(200, 1);
    report.writeUInt16BE(6, 2);
    report.writeUInt32BE(ssrc, 4);
    report.writeUInt32BE(Math.floor(ntpMs / 1000), 8);
    report.writeUInt32BE(Math.floor(((ntpMs % 1000) / 1000) * 2 ** 32), 12);
    report.writeUInt32BE(rtpTimestamp, 16);
    this.#rtcpIndex += 1;
    this.#out.send(protectRtcp(this.#rtcpKey, report, this.#rtcpIndex), this.#remote.port, this.#remote.ip);
  }

  #feedback(bytes: Buffer): void {
    const plain = this.#incomingKey && unprotectRtcp(this.#incomingKey, bytes);
    if (!plain || !this.#remote) return;
    for (const message of parseRtcp(plain)) {
      if (message.kind === "pli") this.plis += 1;
      if (message.kind !== "nack") continue;
      this.nacks += message.sequences.length;
      for (const sequence of message.sequences) {
        const packet = this.#history.get(`${message.ssrc}/${sequence}`);
        if (packet) this.#out.send(packet, this.#remote.port, this.#remote.ip);
      }
    }
  }

  close(): void {
    this.#socket.close();
    this.#out.close();
  }
}
