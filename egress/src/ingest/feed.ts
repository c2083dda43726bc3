import { connectRpc, type Log, mediaWitness, type RpcClient, type Scope, sleep } from "@rostrum/platform";
import {
  type NodeEpoch,
  programmeEvents,
  programmeMethods,
  protocolVersion,
  type WebinarId,
} from "@rostrum/protocol";
import { backoffMs } from "@rostrum/rules";
import type { z } from "zod";
import { Receiver } from "./receiver.ts";
import type { Stage } from "./stage.ts";

/** Where the stage is, and the credential to show there. */
export type OriginAddress = { url: string; token: string };

export type FeedOptions = {
  webinarId: WebinarId;
  epoch: z.infer<typeof NodeEpoch>;
  listenIp: string;
  holdMs: number;
  now: () => number;
  stage: Stage;
  scope: Scope;
  log: Log;
};

/** Sources of a lost feed stay on screen this long, ms: a new feed usually brings them back sooner. */
const graceMs = 3000;

/**
 * Keeps a feed open to whichever origin holds the stage. Each connection has its own port and keys; when it ends,
 * another is tried with back-off for as long as the programme runs.
 */
export class Feed {
  readonly #options: FeedOptions;
  #address: OriginAddress | null = null;
  #current: Scope | null = null;
  #wake: () => void = () => {};
  #number = 0;

  constructor(options: FeedOptions) {
    this.#options = options;
    options.scope.run("feed", (signal) => this.#keepOpen(signal));
  }

  /** A new token is used by the next connection; another origin's URL ends the present one. Null: nobody has the stage. */
  setOrigin(address: OriginAddress | null): void {
    const moved = address?.url !== this.#address?.url;
    this.#address = address;
    if (moved && this.#current) void this.#current.close("the stage has moved");
    this.#wake();
  }

  async #keepOpen(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      const address = this.#address;
      if (!address) {
        await this.#untilWoken(signal);
        continue;
      }
      try {
        await this.#connect(address, signal);
        attempt = 0;
      } catch (error) {
        this.#options.log.warn({ err: error }, "no feed from the origin");
      }
      if (signal.aborted) return;
      await sleep(100 + backoffMs(attempt, Math.random(), { baseMs: 200, capMs: 2000 }), signal).catch(
        () => {},
      );
    }
  }

  #untilWoken(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener("abort", done);
        resolve();
      };
      this.#wake = done;
      signal.addEventListener("abort", done, { once: true });
    });
  }

  /** One connection from opening to its end. */
  async #connect(address: OriginAddress, signal: AbortSignal): Promise<void> {
    const { stage, log } = this.#options;
    this.#number += 1;
    const number = this.#number;
    const scope = this.#options.scope.child(`feed ${number}`);
    this.#current = scope;
    try {
      const client = await this.#open(address, scope, number);
      log.info("the feed is open");
      await new Promise<void>((resolve) => {
        client.scope.add("feed end", () => resolve());
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      log.info("the feed has ended");
    } finally {
      await scope.close("feed ended");
      this.#current = null;
      this.#options.scope.after(graceMs, "grace", () => stage.removeOlderThan(number + 1));
    }
  }

  async #open(address: OriginAddress, scope: Scope, number: number): Promise<RpcClient> {
    const { webinarId, epoch, listenIp, holdMs, now, log } = this.#options;
    const receiver = await Receiver.open({ listenIp, holdMs, now, scope });
    const url = `${address.url.replace(/^http/, "ws").replace(/\/$/, "")}/programme`;
    const hello = { version: protocolVersion, token: address.token, epoch };
    const client = await connectRpc(url, { scope, log, hello });
    const { stage } = this.#options;
    client.witness = mediaWitness({ received: () => stage.received, expected: () => stage.hasPictures });
    const opened = Promise.withResolvers<void>();
    this.#listen(client, receiver, { number, opened: opened.promise });
    const answer = await client.request("feed.open", { webinarId, endpoint: receiver.endpoint });
    const { endpoint, speaker } = programmeMethods["feed.open"].response.parse(answer);
    receiver.connect(endpoint);
    this.#options.stage.speakerId = speaker;
    opened.resolve();
    return client;
  }

  #listen(client: RpcClient, receiver: Receiver, feed: { number: number; opened: Promise<void> }): void {
    const { stage, log, scope } = this.#options;
    const on = <Name extends keyof typeof programmeEvents>(
      name: Name,
      act: (data: z.infer<(typeof programmeEvents)[Name]>) => void,
    ): void =>
      client.on(name, (data) => {
        const parsed = programmeEvents[name].safeParse(data);
        if (parsed.success) act(parsed.data as z.infer<(typeof programmeEvents)[Name]>);
        else log.warn({ event: name }, "the origin sent a malformed event");
      });
    const preferLayer = (producerId: string, spatialLayer: number): void =>
      scope.run("prefer layer", async () => {
        await feed.opened;
        if (client.closed) return;
        // Only a wish: the source may be gone by now.
        await client.request("source.layers", { producerId, spatialLayer }).catch((error: unknown) => {
          log.debug({ err: error, producerId }, "a layer was not taken");
        });
      });
    on("source.opened", (opened) => {
      const { producerId } = opened.producer;
      if (!stage.add(opened, { number: feed.number, receiver, preferLayer })) {
        log.warn({ producerId, codec: opened.codec.mimeType }, "a source has a codec that cannot be shown");
        return;
      }
      // Packets may flow only when their SSRC is known here and the origin's key too.
      scope.run("resume source", async () => {
        await feed.opened;
        if (!client.closed) await client.request("source.resume", { producerId });
      });
    });
    on("source.paused", ({ producerId }) => stage.setPaused(producerId, true));
    on("source.resumed", ({ producerId }) => stage.setPaused(producerId, false));
    on("source.closed", ({ producerId }) => stage.remove(producerId));
    on("speaker.changed", ({ participantId }) => {
      stage.speakerId = participantId;
    });
    on("feed.closed", ({ reason }) => void client.scope.close(reason));
  }
}
