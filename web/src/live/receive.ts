import {
  type IceServer,
  mediaEvents,
  type ReceiveOffer,
  receiveMethods,
  type StageProducer,
} from "@rostrum/protocol";
import type { Device, types } from "mediasoup-client";
import { MediaReporter } from "./media-report.ts";
import { oneEach } from "./one-each.ts";
import { PlayoutKeeper } from "./playout-keeper.ts";
import type { ReachWatch } from "./reach-watch.ts";
import type { Rpc } from "./rpc.ts";
import { Value } from "./value.ts";

/** A producer of the stage with its track here. */
export type StageTrack = { producer: StageProducer; track: MediaStreamTrack; consumerId: string };

let loaded: { key: string; device: Promise<Device> } | undefined;

/**
 * mediasoup-client, loaded when media is needed: pages without a stage stay light. Nodes of one release have the same
 * capabilities, so a device that was loaded once serves every later connection.
 */
export function loadDevice(routerRtpCapabilities: types.RtpCapabilities): Promise<Device> {
  const key = JSON.stringify(routerRtpCapabilities);
  if (loaded?.key === key) return loaded.device;
  const device = createDevice(routerRtpCapabilities);
  loaded = { key, device };
  // A chunk that could not be fetched may be there the next time.
  device.catch(() => {
    loaded = undefined;
  });
  return device;
}

const fetchClient = () => import("mediasoup-client");

/**
 * For somebody who may need media soon: the code is fetched and the browser has set up its own side of WebRTC, which is
 * the slow part of the first device. Whether it succeeds does not matter yet.
 */
export const prepareDevice = (): void => {
  const nothing = { codecs: [], headerExtensions: [] };
  createDevice(nothing).catch(() => undefined);
};

async function createDevice(routerRtpCapabilities: types.RtpCapabilities): Promise<Device> {
  const { Device } = await fetchClient();
  const device = await Device.factory();
  await device.load({ routerRtpCapabilities });
  return device;
}

/** Ask for what a transport needs while the device still loads. */
export const requestTransport = (rpc: Rpc, direction: "send" | "receive"): Promise<types.TransportOptions> =>
  rpc.request("transport.create", { direction }) as Promise<types.TransportOptions>;

/** The router's capabilities. */
export async function requestCapabilities(rpc: Rpc): Promise<types.RtpCapabilities> {
  const answer = await rpc.request("media.capabilities", {});
  const { routerRtpCapabilities } = receiveMethods["media.capabilities"].response.parse(answer);
  return routerRtpCapabilities as types.RtpCapabilities;
}

/** Join a client transport to the server's: DTLS parameters travel when the browser has them. */
export function connectOnDemand(transport: types.Transport, rpc: Rpc): void {
  transport.on("connect", ({ dtlsParameters }, done, failed) => {
    rpc
      .request("transport.connect", { transportId: transport.id, dtlsParameters })
      .then(() => done(), failed);
  });
}

type TransportWish = {
  direction: "send" | "receive";
  iceServers: IceServer[];
  /** What the server said, when it was asked already. */
  params: types.TransportOptions;
  /** The path to the server is gone for good, or for longer than a hiccup. */
  onLost: (reason: string) => void;
};

/** A path that is interrupted heals by itself within a moment, or not at all, ms. */
const interruptionMs = 2000;

export function createTransport(rpc: Rpc, device: Device, wish: TransportWish): types.Transport {
  const full = { ...wish.params, iceServers: wish.iceServers as RTCIceServer[] };
  const transport =
    wish.direction === "send" ? device.createSendTransport(full) : device.createRecvTransport(full);
  connectOnDemand(transport, rpc);
  let timer: ReturnType<typeof setTimeout> | undefined;
  transport.on("connectionstatechange", (state) => {
    clearTimeout(timer);
    if (state === "failed") wish.onLost("no path for media");
    if (state === "disconnected")
      timer = setTimeout(() => wish.onLost("the path for media was interrupted"), interruptionMs);
  });
  return transport;
}

const reportMs = 15_000;
/** Voice comes every 20 ms, silence every 400 (RFC 7587 §3.1.3), ms. */
const flowMs = 450;

type Opened = ReturnType<(typeof mediaEvents)["consumer.opened"]["parse"]>;

export type ReceiveWish = { iceServers: IceServer[]; reach?: ReachWatch; offered?: ReceiveOffer };

const accept = ({ routerRtpCapabilities, transport }: ReceiveOffer) =>
  Promise.all([
    loadDevice(routerRtpCapabilities as types.RtpCapabilities),
    transport as unknown as types.TransportOptions,
  ]);

/** The same asked for; the device loads while the transport is made. */
const ask = (rpc: Rpc) =>
  Promise.all([requestCapabilities(rpc).then(loadDevice), requestTransport(rpc, "receive")]);

/** What one connection receives. Tracks appear in `tracks` as soon as media may flow; all end with `close`. */
export class StageReceiver {
  readonly #rpc: Rpc;
  readonly #tracks: Value<StageTrack[]>;
  /** All that is received, in the order it came. */
  #received: StageTrack[] = [];
  /** True while the network has room for sound only. */
  readonly videoHeld = new Value(false);
  /** A picture on stage cannot be decoded here. */
  readonly unplayable = new Value(false);
  readonly #reporter = new MediaReporter();
  readonly #consumers = new Map<string, types.Consumer>();
  #opened: Opened[] = [];
  #transport: types.Transport | undefined;
  #reports: ReturnType<typeof setInterval> | undefined;
  #playout: PlayoutKeeper | undefined;
  #closed = false;
  #queue: Promise<void> = Promise.resolve();

  constructor(rpc: Rpc, tracks: Value<StageTrack[]>) {
    this.#rpc = rpc;
    this.#tracks = tracks;
  }

  /**
   * Rejects when the server refuses or the browser cannot. `reach` is told of the transport before anything flows, and
   * says which relays it is made with. `offered`: what the server has said already. A path lost later loses the
   * connection.
   */
  async start({ iceServers, reach, offered }: ReceiveWish): Promise<void> {
    const rpc = this.#rpc;
    const [device, params] = await (offered ? accept(offered) : ask(rpc));
    if (this.#closed) return;
    const transport = createTransport(rpc, device, {
      direction: "receive",
      iceServers: reach?.iceServers ?? iceServers,
      params,
      // Before there was a way at all, whoever looks for one decides.
      onLost: (reason) => {
        if (!reach?.trying) rpc.lose(reason);
      },
    });
    reach?.follow(transport);
    this.#transport = transport;
    if (reach) this.#reports = setInterval(() => this.#report().catch(() => undefined), reportMs);
    this.#playout = new PlayoutKeeper(transport, () =>
      [...this.#consumers.values()].flatMap(({ rtpReceiver }) => rtpReceiver ?? []),
    );
    rpc.watch(() => this.#flow());
    this.#listen();
    const started = this.#rpc.request("receive.start", {
      transportId: transport.id,
      rtpCapabilities: device.recvRtpCapabilities,
    });
    // All that is on stage by then is negotiated at once.
    this.#queue = started.then(
      () => undefined,
      () => undefined,
    );
    await started;
  }

  #listen(): void {
    const on = (event: keyof typeof mediaEvents, act: (data: never) => void) => {
      this.#rpc.on(event, (data) => {
        const parsed = mediaEvents[event].safeParse(data);
        if (parsed.success) act(parsed.data as never);
      });
    };
    on("consumer.opened", (data: Opened) => {
      this.#opened.push(data);
      this.#queue = this.#queue.then(() => this.#openAll());
    });
    on("consumer.closed", ({ consumerId }: { consumerId: string }) => {
      this.#queue = this.#queue.then(() => this.#drop(consumerId));
    });
    on("consumer.layers", () => this.#reporter.layerSwitched());
    on("picture.unplayable", () => this.unplayable.set(true));
    on("video.held", ({ held }: { held: boolean }) => this.videoHeld.set(held));
    on("consumer.paused", ({ consumerId }: { consumerId: string }) => this.#setPaused(consumerId, true));
    on("consumer.resumed", ({ consumerId }: { consumerId: string }) => this.#setPaused(consumerId, false));
  }

  /** Those that wait, together: what is consumed in one go is one negotiation of the same peer connection. */
  async #openAll(): Promise<void> {
    const opened = this.#opened;
    this.#opened = [];
    await Promise.all(opened.map((one) => this.#open(one).catch(() => this.#drop(one.consumerId))));
  }

  async #open({ consumerId, producer, rtpParameters, flows }: Opened): Promise<void> {
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
    if (!flows) await this.#rpc.request("consumer.resume", { consumerId });
    consumer.track.addEventListener("unmute", () => this.#show());
    this.#received = [...this.#received, { consumerId, producer, track: consumer.track }];
    this.#show();
  }

  #show(): void {
    if (!this.#closed) this.#tracks.set(oneEach(this.#received));
  }

  #setPaused(consumerId: string, paused: boolean): void {
    this.#received = this.#received.map((entry) =>
      entry.consumerId === consumerId ? { ...entry, producer: { ...entry.producer, paused } } : entry,
    );
    this.#show();
  }

  #drop(consumerId: string): void {
    this.#consumers.get(consumerId)?.close();
    this.#consumers.delete(consumerId);
    this.#received = this.#received.filter((entry) => entry.consumerId !== consumerId);
    this.#show();
  }

  /** Now and then, how the picture is: for the operator's figures, so it does not matter whether it arrives. */
  async #report(): Promise<void> {
    const stats = await this.#transport?.getStats();
    const [click] = performance.getEntriesByName("rostrum:join-click");
    const [frame] = performance.getEntriesByName("rostrum:first-frame");
    if (!stats || this.#closed) return;
    const firstFrameMs = click && frame ? Math.max(0, frame.startTime - click.startTime) : undefined;
    await this.#rpc.request("media.report", this.#reporter.next(stats.values(), firstFrameMs));
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

  /** Whether media comes in right now. */
  async #flow(): Promise<"flows" | "stalled" | "none"> {
    const sending = this.#tracks.get().some(({ producer }) => !producer.paused);
    const before = sending ? await this.#bytesReceived() : undefined;
    if (before === undefined) return "none";
    await new Promise((resolve) => setTimeout(resolve, flowMs));
    return ((await this.#bytesReceived()) ?? 0) > before ? "flows" : "stalled";
  }

  async #bytesReceived(): Promise<number | undefined> {
    const report = await this.#transport?.getStats();
    if (!report) return undefined;
    let bytes = 0;
    // `bytesReceived` of inbound-rtp (W3C webrtc-stats §8.4): media only, no connectivity checks.
    report.forEach((entry: { type: string; bytesReceived?: number }) => {
      if (entry.type === "inbound-rtp") bytes += entry.bytesReceived ?? 0;
    });
    return bytes;
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#reports);
    this.#playout?.close();
    this.#transport?.close();
    this.#consumers.clear();
    this.#tracks.set([]);
  }
}
