import {
  type Admission,
  type MediaSource,
  type StageMember,
  stageEvents,
  stageMethods,
  type WebinarPhase,
} from "@rostrum/protocol";
import type { Device, types } from "mediasoup-client";
import { wireError } from "../client/api.ts";
import {
  createTransport,
  loadDevice,
  requestCapabilities,
  requestTransport,
  StageReceiver,
  type StageTrack,
} from "./receive.ts";
import { Reconnect } from "./reconnect.ts";
import { finalRefusals } from "./room-connection.ts";
import { Rpc } from "./rpc.ts";
import { Value } from "./value.ts";

export type LocalTrack = { source: MediaSource; track: MediaStreamTrack; paused: boolean };
export type StageState = {
  connection: "connecting" | "connected" | "reconnecting" | "ended";
  phase: WebinarPhase;
  members: StageMember[];
  local: LocalTrack[];
  fault: string | null;
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

/**
 * A host's or panelist's place on the stage: publishes to the origin and receives the others from it. Local tracks
 * outlive a lost connection and are published again on the next one.
 */
export class StageConnection {
  readonly state = new Value<StageState>({
    connection: "connecting",
    phase: "scheduled",
    members: [],
    local: [],
    fault: null,
  });
  readonly tracks = new Value<StageTrack[]>([]);
  readonly #admit: (excluded: string[]) => Promise<Admission>;
  readonly #local = new Map<MediaSource, LocalTrack>();
  readonly #producers = new Map<MediaSource, types.Producer>();
  #rpc: Rpc | undefined;
  #device: Device | undefined;
  #send: types.Transport | undefined;
  #left = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(admit: (excluded: string[]) => Promise<Admission>) {
    this.#admit = admit;
  }

  enter(): void {
    void this.#stay();
  }

  leave(): void {
    this.#left = true;
    for (const { track } of this.#local.values()) track.stop();
    this.#rpc?.close();
  }

  #patch(change: Partial<StageState>): void {
    this.state.update((state) => ({ ...state, ...change }));
  }

  async #stay(): Promise<void> {
    const reconnect = new Reconnect();
    // The origin that was lost is passed over once: a dead one is still in the books for a moment.
    let lost: string[] = [];
    while (!this.#left) {
      await new Promise((resolve) => setTimeout(resolve, reconnect.next()));
      if (this.#left) return;
      const startedAt = performance.now();
      try {
        const { stage, iceServers } = await this.#admit(lost);
        if (!stage) throw new Error("no stage for this role");
        lost = lost.length === 0 ? [stage.nodeId] : [];
        const retry = await this.#attend(stage, iceServers);
        lost = [stage.nodeId];
        if (!retry) return this.#patch({ connection: "ended" });
        reconnect.lasted(performance.now() - startedAt);
      } catch (error) {
        const fault = wireError(error);
        if (finalRefusals.has(fault.code)) return this.#patch({ connection: "ended", fault: fault.message });
      }
      this.#patch({ connection: "reconnecting" });
    }
  }

  async #attend(
    stage: NonNullable<Admission["stage"]>,
    iceServers: Admission["iceServers"],
  ): Promise<boolean> {
    const { rpc, hello } = await Rpc.connect(stage.url, stage.token);
    this.#rpc = rpc;
    if (this.#left) rpc.close();
    const receiver = new StageReceiver(rpc, this.tracks);
    try {
      const greeting = stageMethods.hello.response.parse(hello);
      rpc.on("stage.phase", (data) => this.#patch(stageEvents["stage.phase"].parse(data)));
      rpc.on("stage.members", (data) => this.#patch(stageEvents["stage.members"].parse(data)));
      await Promise.all([this.#openSend(rpc, iceServers), receiver.start(iceServers)]);
      this.#patch({ connection: "connected", phase: greeting.phase, members: greeting.stage, fault: null });
      for (const local of this.#local.values()) await this.#publish(local);
      const end = await rpc.ended;
      return !this.#left && end.retry;
    } finally {
      rpc.lose("the stage was left");
      this.#send?.close();
      this.#send = undefined;
      this.#producers.clear();
      receiver.close();
    }
  }

  async #openSend(rpc: Rpc, iceServers: Admission["iceServers"]): Promise<void> {
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

  /** Send a track as `source`; a track that ends by itself (a stopped share, an unplugged camera) is withdrawn. */
  async add(source: MediaSource, track: MediaStreamTrack): Promise<void> {
    await this.remove(source);
    if (source === "screen" && "contentHint" in track) track.contentHint = "detail";
    const local: LocalTrack = { source, track, paused: false };
    this.#local.set(source, local);
    track.addEventListener("ended", () => void this.remove(source, track));
    this.#announce();
    await this.#publish(local);
  }

  async remove(source: MediaSource, only?: MediaStreamTrack): Promise<void> {
    const local = this.#local.get(source);
    if (!local || (only && local.track !== only)) return;
    this.#local.delete(source);
    local.track.stop();
    this.#announce();
    const producer = this.#producers.get(source);
    this.#producers.delete(source);
    if (!producer) return;
    producer.close();
    await this.#rpc?.request("producer.close", { producerId: producer.id }).catch(() => undefined);
  }

  /** Mute or unmute without giving the device back. */
  async setPaused(source: MediaSource, paused: boolean): Promise<void> {
    const local = this.#local.get(source);
    if (!local) return;
    this.#local.set(source, { ...local, paused });
    local.track.enabled = !paused;
    this.#announce();
    const producer = this.#producers.get(source);
    if (producer)
      await this.#rpc?.request(paused ? "producer.pause" : "producer.resume", { producerId: producer.id });
  }

  #announce(): void {
    this.#patch({ local: [...this.#local.values()] });
  }

  #publish({ source, track }: LocalTrack): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      if (
        !this.#send ||
        !this.#device?.canProduce(track.kind as "audio" | "video") ||
        track.readyState === "ended"
      )
        return;
      const producer = await this.#send.produce({
        track,
        ...encodingOf(source),
        stopTracks: false,
        appData: { source },
      });
      this.#producers.set(source, producer);
    });
    this.#queue = this.#queue.catch((error: unknown) =>
      this.#patch({
        fault: `Your ${source} could not be sent: ${error instanceof Error ? error.message : "unknown"}`,
      }),
    );
    return this.#queue;
  }
}
