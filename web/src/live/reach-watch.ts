import type { IceServer, MediaPath } from "@rostrum/protocol";
import type { types } from "mediasoup-client";
import { PacedClock } from "./paced-clock.ts";
import { beginReach, nextReach, pathOf, type Reach, type ReachInput, reasonOf, serversFor } from "./reach.ts";
import { recallPath, rememberPath } from "./reach-memory.ts";
import type { Rpc } from "./rpc.ts";

/** The selected pair may change once a better one works: looked at soon, then now and then, ms. */
const looksMs = [0, 250, 500, 1000, 2000, 5000];
const lookEveryMs = 20_000;

export const hasWebRtc = (): boolean => typeof RTCPeerConnection === "function";

/** New ICE credentials of a transport from its node. */
export async function restartIce(rpc: Rpc, transportId: string): Promise<types.IceParameters> {
  const answer = await rpc.request("transport.restart-ice", { transportId });
  return (answer as { iceParameters: types.IceParameters }).iceParameters;
}

/** For the edge's books: it does not matter to the picture whether they are told. */
export function tellPath(rpc: Rpc, path: MediaPath, reason: string): void {
  rpc.request("media.path", { path, reason }).catch(() => undefined);
}

type ReachOptions = {
  iceServers: IceServer[];
  /** Ask the server for new ICE credentials of a transport. */
  restartIce: (transportId: string) => Promise<types.IceParameters>;
  /** Media flows this way now: told at first and at every change. */
  onPath: (path: MediaPath, reason: string) => void;
  /** WebRTC does not get through. */
  onFall: (reason: string) => void;
};

/** Follows one receiving transport until it is through or has to give way to HLS. Owner calls `close`. */
export class ReachWatch {
  readonly #options: ReachOptions;
  #reach: Reach;
  #transport: types.Transport | undefined;
  #clock: PacedClock | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looks = 0;
  /** TURN addresses that have been asked so far. */
  #asked = 0;
  #widening: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: ReachOptions) {
    this.#options = options;
    this.#reach = this.#begin();
  }

  /** What the transport is made with: relays only when they are asked from the start. */
  get iceServers(): IceServer[] {
    return serversFor(this.#reach.step, this.#options.iceServers);
  }

  /** No way was found yet, so that a failure of the transport is no loss of the connection. */
  get trying(): boolean {
    return this.#reach.step !== "through";
  }

  /** The clock starts when there is something to receive: a stage without producers needs no path. */
  follow(transport: types.Transport): void {
    this.#transport = transport;
    this.#asked = this.iceServers.flatMap(({ urls }) => urls).length;
    transport.on("connectionstatechange", (state) => {
      if (this.#closed) return;
      if (state === "connecting" && this.#clock === undefined && this.trying) {
        this.#reach = this.#begin();
        this.#clock = new PacedClock(Date.now(), () => this.#tick());
      }
      if (state === "connected") this.#lookSoon(0);
      if (state === "failed") this.#step({ type: "failed" });
    });
  }

  close(): void {
    this.#closed = true;
    this.#clock?.stop();
    clearTimeout(this.#timer);
  }

  // Connected is through, also before the statistics have said by which way.
  #tick(): void {
    if (this.#transport?.connectionState !== "connected") this.#step({ type: "time" });
  }

  #begin(): Reach {
    const relays = this.#options.iceServers.length > 0;
    return beginReach({ remembered: recallPath(), relays }, Date.now());
  }

  #step(input: ReachInput): void {
    const before = this.#reach;
    this.#reach = nextReach(before, input, this.#clock?.now ?? Date.now());
    const { step } = this.#reach;
    if (this.#reach.step === "hls" && before.step !== "hls") {
      this.close();
      rememberPath("hls");
      this.#options.onFall(this.#reach.reason);
    } else if (step !== before.step && (step === "relay" || step === "everything")) {
      // Without relays it goes on as it was.
      this.#widening = this.#widening
        .then(() => this.#widen(serversFor(step, this.#options.iceServers)))
        .catch(() => {});
      // Should it come to HLS, its player is there.
      if (step === "everything") import("./hls-player.ts").catch(() => undefined);
    }
    if (this.#reach.step !== "through") return;
    this.#clock?.stop();
    this.#told(this.#reach.path, before);
  }

  #told(path: MediaPath, before: Reach): void {
    if (path === "hls" || (before.step === "through" && before.path === path)) return;
    rememberPath(path);
    this.#options.onPath(path, reasonOf(path));
  }

  /** Relays join in: the browser gathers candidates again, through them too (ICE restart, RFC 8445 §9). */
  async #widen(iceServers: IceServer[]): Promise<void> {
    const transport = this.#transport;
    if (!transport || this.#closed || !this.trying) return;
    // Where there is none over UDP all were asked at once: what is under way is not begun again.
    const asked = iceServers.flatMap(({ urls }) => urls).length;
    if (asked === this.#asked) return;
    this.#asked = asked;
    await transport.updateIceServers({ iceServers: iceServers as RTCIceServer[] });
    const iceParameters = await this.#options.restartIce(transport.id);
    if (!this.#closed) await transport.restartIce({ iceParameters });
  }

  #lookSoon(look: number): void {
    clearTimeout(this.#timer);
    this.#looks = look;
    this.#timer = setTimeout(() => void this.#look(), looksMs[look] ?? lookEveryMs);
  }

  async #look(): Promise<void> {
    const report = await this.#transport?.getStats().catch(() => undefined);
    if (this.#closed || this.#transport?.connectionState !== "connected") return;
    const path = report && pathOf(report.values());
    if (path) this.#step({ type: "connected", path });
    this.#lookSoon(this.#looks + 1);
  }
}
