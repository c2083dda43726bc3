import {
  type Admission,
  type MediaSource,
  type StageMember,
  stageEvents,
  stageMethods,
  type WebinarPhase,
} from "@rostrum/protocol";
import type { Device, types } from "mediasoup-client";
import {
  createTransport,
  loadDevice,
  requestCapabilities,
  requestTransport,
  StageReceiver,
  type StageTrack,
} from "./receive.ts";
import { Rpc, type SocketEnd } from "./rpc.ts";
import { Value } from "./value.ts";

export type LocalTrack = { source: MediaSource; track: MediaStreamTrack; paused: boolean };

export type StageSessionEvents = {
  onPhase: (phase: WebinarPhase) => void;
  onMembers: (members: StageMember[]) => void;
  /** The origin goes away, and takes nobody with it who has published at another one by then. */
  onMoving: () => void;
};

/**
 * Camera: three layers, so that each receiver gets what its tile and network take. Bit rates in bit/s. One temporal layer
 * each: with three, which is what browsers send by themselves, a packet repaired on a lossy way between origin and edge
 * leaves the picture standing until the next key frame (docs/benchmarks/path.md).
 */
const cameraEncodings = [
  { scaleResolutionDownBy: 4, maxBitrate: 150_000, scalabilityMode: "L1T1" },
  { scaleResolutionDownBy: 2, maxBitrate: 500_000, scalabilityMode: "L1T1" },
  { scaleResolutionDownBy: 1, maxBitrate: 1_500_000, scalabilityMode: "L1T1" },
];
/** Screen: one sharp layer; text matters more than motion. */
const screenEncodings = [{ maxBitrate: 2_000_000, maxFramerate: 15 }];

function encodingOf(source: MediaSource): Partial<types.ProducerOptions> {
  if (source === "camera")
    return { encodings: cameraEncodings, codecOptions: { videoGoogleStartBitrate: 1000 } };
  if (source === "screen")
    return { encodings: screenEncodings, codecOptions: { videoGoogleStartBitrate: 1000 } };
  return { codecOptions: { opusStereo: source === "screen-audio", opusDtx: true, opusFec: true } };
}

/** One connection to one origin: what is published there, and the others as they are received from there. */
export class StageSession {
  readonly nodeId: string;
  readonly tracks = new Value<StageTrack[]>([]);
  readonly #rpc: Rpc;
  readonly #receiver: StageReceiver;
  readonly #producers = new Map<MediaSource, types.Producer>();
  #device: Device | undefined;
  #send: types.Transport | undefined;

  /** Resolves when tracks may be published. Rejects when the origin does not take us. */
  static async open(
    { stage, iceServers }: Admission,
    { receives, ...events }: StageSessionEvents & { receives: boolean },
  ): Promise<{ session: StageSession; phase: WebinarPhase; members: StageMember[] }> {
    if (!stage) throw new Error("no stage for this role");
    const { rpc, hello } = await Rpc.connect(stage.url, stage.token);
    const session = new StageSession(stage.nodeId, rpc);
    try {
      const { phase, stage: members } = stageMethods.hello.response.parse(hello);
      rpc.on("stage.phase", (data) => events.onPhase(stageEvents["stage.phase"].parse(data).phase));
      rpc.on("stage.members", (data) => events.onMembers(stageEvents["stage.members"].parse(data).members));
      rpc.on("stage.moving", () => events.onMoving());
      const receiving = receives ? session.#receiver.start({ iceServers }) : undefined;
      await Promise.all([session.#openSend(iceServers), receiving]);
      return { session, phase, members };
    } catch (error) {
      session.close();
      throw error;
    }
  }

  private constructor(nodeId: string, rpc: Rpc) {
    this.nodeId = nodeId;
    this.#rpc = rpc;
    this.#receiver = new StageReceiver(rpc, this.tracks);
  }

  get ended(): Promise<SocketEnd> {
    return this.#rpc.ended;
  }

  async #openSend(iceServers: Admission["iceServers"]): Promise<void> {
    const rpc = this.#rpc;
    const [device, params] = await Promise.all([
      requestCapabilities(rpc).then(loadDevice),
      requestTransport(rpc, "send"),
    ]);
    this.#device = device;
    const send = createTransport(rpc, device, {
      direction: "send",
      iceServers,
      params,
      onLost: (reason) => rpc.lose(reason),
    });
    send.on("produce", ({ kind, rtpParameters, appData }, done, failed) => {
      rpc
        .request("producer.open", { transportId: send.id, kind, rtpParameters, source: appData.source })
        .then((answer) => done({ id: (answer as { producerId: string }).producerId }), failed);
    });
    this.#send = send;
  }

  /** Rejects when the origin refuses it. A track that has ended, or of a kind that cannot be sent, is passed over. */
  async publish({ source, track, paused }: LocalTrack): Promise<void> {
    const kind = track.kind as "audio" | "video";
    if (!this.#send || !this.#device?.canProduce(kind) || track.readyState === "ended") return;
    const producer = await this.#send.produce({
      track,
      ...encodingOf(source),
      stopTracks: false,
      appData: { source },
    });
    this.#producers.set(source, producer);
    if (paused) await this.setPaused(source, true);
  }

  async withdraw(source: MediaSource): Promise<void> {
    const producer = this.#producers.get(source);
    this.#producers.delete(source);
    if (!producer) return;
    producer.close();
    await this.#rpc.request("producer.close", { producerId: producer.id }).catch(() => undefined);
  }

  async setPaused(source: MediaSource, paused: boolean): Promise<void> {
    const producer = this.#producers.get(source);
    if (!producer) return;
    await this.#rpc.request(paused ? "producer.pause" : "producer.resume", { producerId: producer.id });
  }

  /** We leave for good. */
  leave(): void {
    this.#rpc.close();
    this.close();
  }

  /** For another one. */
  close(): void {
    this.#rpc.lose("the stage was left");
    this.#send?.close();
    this.#send = undefined;
    this.#producers.clear();
    this.#receiver.close();
  }
}
