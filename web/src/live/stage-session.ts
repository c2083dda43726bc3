import {
  type Admission,
  type MediaSource,
  type PictureCoding,
  type StageMember,
  stageEvents,
  stageMethods,
  type WebinarPhase,
} from "@rostrum/protocol";
import type { Device, types } from "mediasoup-client";
import { codingAbilities, codingOf } from "./picture-coding.ts";
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

/** One connection to one origin: what is published there, and the others as they are received from there. */
export class StageSession {
  readonly nodeId: string;
  readonly tracks = new Value<StageTrack[]>([]);
  readonly #rpc: Rpc;
  readonly #receiver: StageReceiver;
  readonly #producers = new Map<MediaSource, types.Producer>();
  readonly #pictures: PictureCoding;
  #device: Device | undefined;
  #send: types.Transport | undefined;

  /** Resolves when tracks may be published. Rejects when the origin does not take us. */
  static async open(
    { stage, iceServers }: Admission,
    { receives, ...events }: StageSessionEvents & { receives: boolean },
  ): Promise<{ session: StageSession; phase: WebinarPhase; members: StageMember[] }> {
    if (!stage) throw new Error("no stage for this role");
    const { rpc, hello } = await Rpc.connect(stage.url, stage.token);
    const greeting = stageMethods.hello.response.safeParse(hello);
    if (!greeting.success) {
      rpc.close();
      throw greeting.error;
    }
    const { phase, stage: members, pictures } = greeting.data;
    const session = new StageSession(stage.nodeId, rpc, pictures);
    try {
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

  private constructor(nodeId: string, rpc: Rpc, pictures: PictureCoding) {
    this.nodeId = nodeId;
    this.#rpc = rpc;
    this.#pictures = pictures;
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
    const abilities = await codingAbilities(this.#device.sendRtpCapabilities.codecs ?? []);
    if (!this.#send) return;
    const producer = await this.#send.produce({
      track,
      ...codingOf(source, this.#pictures, abilities),
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
