import { type IceServer, mediaEvents, receiveMethods, type StageProducer } from "@rostrum/protocol";
import type { Device, types } from "mediasoup-client";
import { PlayoutKeeper } from "./playout-keeper.ts";
import type { ReachWatch } from "./reach-watch.ts";
import type { Rpc } from "./rpc.ts";
import type { Value } from "./value.ts";

/** A producer of the stage with its track here. */
export type StageTrack = { producer: StageProducer; track: MediaStreamTrack; consumerId: string };

/** mediasoup-client, loaded when media is needed: pages without a stage stay light. */
export async function loadDevice(routerRtpCapabilities: types.RtpCapabilities): Promise<Device> {
  const { Device } = await import("mediasoup-client");
  const device = await Device.factory();
  await device.load({ routerRtpCapabilities });
  return device;
}

/** Join a client transport to the server's: DTLS parameters travel when the browser has them. */
export function connectOnDemand(transport: types.Transport, rpc: Rpc): void {
  transport.on("connect", ({ dtlsParameters }, done, failed) => {
    rpc
      .request("transport.connect", { transportId: transport.id, dtlsParameters })
      .then(() => done(), failed);
  });
}

export async function createTransport(
  rpc: Rpc,
  device: Device,
  options: { direction: "send" | "receive"; iceServers: IceServer[] },
): Promise<types.Transport> {
  const params = (await rpc.request("transport.create", {
    direction: options.direction,
  })) as types.TransportOptions;
  const full = { ...params, iceServers: options.iceServers as RTCIceServer[] };
  const transport =
    options.direction === "send" ? device.createSendTransport(full) : device.createRecvTransport(full);
  connectOnDemand(transport, rpc);
  return transport;
}

/** What one connection receives. Tracks appear in `tracks` as soon as media may flow; all end with `close`. */
export class StageReceiver {
  readonly #rpc: Rpc;
  readonly #tracks: Value<StageTrack[]>;
  readonly #consumers = new Map<string, types.Consumer>();
  #transport: types.Transport | undefined;
  #playout: PlayoutKeeper | undefined;
  #closed = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(rpc: Rpc, tracks: Value<StageTrack[]>) {
    this.#rpc = rpc;
    this.#tracks = tracks;
  }

  /** `reach` is told of the transport before anything flows, and says which relays it is made with. */
  async start(iceServers: IceServer[], reach?: ReachWatch): Promise<void> {
    const answer = await this.#rpc.request("media.capabilities", {});
    const { routerRtpCapabilities } = receiveMethods["media.capabilities"].response.parse(answer);
    await this.startWith(await loadDevice(routerRtpCapabilities as types.RtpCapabilities), iceServers, reach);
  }

  async startWith(device: Device, iceServers: IceServer[], reach?: ReachWatch): Promise<void> {
    const transport = await createTransport(this.#rpc, device, {
      direction: "receive",
      iceServers: reach?.iceServers ?? iceServers,
    });
    reach?.follow(transport);
    if (this.#closed) {
      transport.close();
      return;
    }
    this.#transport = transport;
    this.#playout = new PlayoutKeeper(transport, () =>
      [...this.#consumers.values()].flatMap(({ rtpReceiver }) => rtpReceiver ?? []),
    );
    this.#listen();
    await this.#rpc.request("receive.start", {
      transportId: transport.id,
      rtpCapabilities: device.recvRtpCapabilities,
    });
  }

  #listen(): void {
    const on = (event: keyof typeof mediaEvents, act: (data: never) => void) => {
      this.#rpc.on(event, (data) => {
        const parsed = mediaEvents[event].safeParse(data);
        if (parsed.success) act(parsed.data as never);
      });
    };
    on("consumer.opened", (data: { consumerId: string; producer: StageProducer; rtpParameters: unknown }) => {
      // One consumer after another: each changes the same peer connection.
      this.#queue = this.#queue.then(() => this.#open(data)).catch(() => this.#drop(data.consumerId));
    });
    on("consumer.closed", ({ consumerId }: { consumerId: string }) => {
      this.#queue = this.#queue.then(() => this.#drop(consumerId));
    });
    on("consumer.paused", ({ consumerId }: { consumerId: string }) => this.#setPaused(consumerId, true));
    on("consumer.resumed", ({ consumerId }: { consumerId: string }) => this.#setPaused(consumerId, false));
  }

  async #open({
    consumerId,
    producer,
    rtpParameters,
  }: {
    consumerId: string;
    producer: StageProducer;
    rtpParameters: unknown;
  }): Promise<void> {
    if (!this.#transport || this.#closed) return;
    const consumer = await this.#transport.consume({
      id: consumerId,
      producerId: producer.producerId,
      kind: producer.kind,
      rtpParameters: rtpParameters as types.RtpParameters,
      // Lip sync is kept within one participant only.
      streamId: producer.participantId,
    });
    this.#consumers.set(consumerId, consumer);
    // Play as soon as there is something to play: the room is a conversation, not a film.
    if (consumer.rtpReceiver) this.#playout?.apply(consumer.rtpReceiver);
    await this.#rpc.request("consumer.resume", { consumerId });
    this.#tracks.update((tracks) => [...tracks, { consumerId, producer, track: consumer.track }]);
  }

  #setPaused(consumerId: string, paused: boolean): void {
    this.#tracks.update((tracks) =>
      tracks.map((entry) =>
        entry.consumerId === consumerId ? { ...entry, producer: { ...entry.producer, paused } } : entry,
      ),
    );
  }

  #drop(consumerId: string): void {
    this.#consumers.get(consumerId)?.close();
    this.#consumers.delete(consumerId);
    this.#tracks.update((tracks) => tracks.filter((entry) => entry.consumerId !== consumerId));
  }

  /** Ask for no more than a tile shows. */
  async preferLayer(consumerId: string, layer: number | null): Promise<void> {
    if (!this.#consumers.has(consumerId)) return;
    if (layer === null) await this.#rpc.request("consumer.pause", { consumerId });
    else {
      await this.#rpc.request("consumer.layers", { consumerId, spatialLayer: layer });
      await this.#rpc.request("consumer.resume", { consumerId });
    }
  }

  /** Sum of what the browser's statistics say, for people who look for faults. */
  async stats(): Promise<RTCStatsReport | undefined> {
    return this.#transport?.getStats();
  }

  close(): void {
    this.#closed = true;
    this.#playout?.close();
    this.#transport?.close();
    this.#consumers.clear();
    this.#tracks.set([]);
  }
}
