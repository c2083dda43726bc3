import { askWeb, type Log, type Redis, type Scope, type WebAsker } from "@rostrum/platform";
import { EncoderPass, type EncoderStatus, encoderStatusKey, RostrumError } from "@rostrum/protocol";
import type { types } from "mediasoup";
import type { Stage } from "../stage.ts";
import type { Stages } from "../stages.ts";

/** A key that was revoked or renewed stops what is sent with it within this, ms. */
const keyCheckMs = 4000;
const statusMs = 2000;
const statusTtlMs = 10_000;

type Options = { stages: Stages; web: WebAsker; redis: Redis; log: Log };

/** What is sent with a key that this origin was shown. */
type Opening = { pass: EncoderPass; protocol: EncoderStatus["protocol"]; key?: string };

/** Encoders on the stages of this origin: at most one session per key, and a new one takes the place of the old. */
export class EncoderSeats {
  readonly #options: Options;

  constructor(options: Options) {
    this.#options = options;
  }

  /** Whose key it is. Throws token.invalid, webinar.ended, or node.unavailable when nobody can tell now. */
  passOf(key: string): Promise<EncoderPass> {
    // What cannot be a key need not be asked for.
    if (!/^[\w-]{16,128}$/.test(key))
      return Promise.reject(new RostrumError("token.invalid", "The stream key is not valid."));
    return askWeb(this.#options.web, {
      path: "/api/internal/encoders",
      body: { key },
      schema: EncoderPass,
    });
  }

  /** A place on the stage. Throws stage.elsewhere when another origin has it. The stage owns the seat. */
  async open(opening: Opening): Promise<EncoderSeat> {
    const { stages, redis, log } = this.#options;
    const stage = await stages.open(opening.pass.webinarId);
    if (stage.phase === "ended") throw new RostrumError("webinar.ended", "The webinar is over.");
    const seat = new EncoderSeat({ ...opening, stage, redis, log });
    const { key } = opening;
    if (key) seat.scope.every(keyCheckMs, "stream key", () => this.#check(seat, key));
    return seat;
  }

  /** Throws stage.elsewhere unless the seat's stage is still ours. */
  confirm(seat: EncoderSeat): Promise<void> {
    return this.#options.stages.confirm(seat.stage);
  }

  /** While web is away the key counts as it did. */
  async #check(seat: EncoderSeat, key: string): Promise<void> {
    try {
      await this.passOf(key);
    } catch (error) {
      const gone = error instanceof RostrumError && error.code !== "node.unavailable";
      // Not awaited: closing waits for this check.
      if (gone) void seat.scope.close("the stream key is not valid any more");
    }
  }
}

type SeatOptions = Opening & { stage: Stage; redis: Redis; log: Log };

/** One encoder on a stage, as a panelist whose producers come from elsewhere. */
export class EncoderSeat {
  readonly scope: Scope;
  readonly stage: Stage;
  readonly #options: SeatOptions;
  readonly #producers = new Set<types.Producer>();
  readonly #since = Date.now();
  #bytes = { count: 0, at: performance.now() };

  constructor(options: SeatOptions) {
    this.#options = options;
    const { stage, pass, protocol } = options;
    this.stage = stage;
    this.scope = stage.scope.child(`encoder ${pass.encoderId}`);
    const close = (reason: string) => void this.scope.close(reason);
    const leave = stage.join({
      participantId: pass.encoderId,
      replaced: () => close("replaced"),
      removed: () => close("removed"),
      phaseChanged: (phase) => {
        if (phase === "ended") close("ended");
      },
      // Encoders have no message for this: they come again by themselves, to whoever has the stage then.
      moving: () => close("the stage moves"),
      membersChanged: () => {},
    });
    const log = options.log.child({ webinarId: pass.webinarId, encoderId: pass.encoderId, protocol });
    log.info("an encoder came on stage");
    this.scope.add("seat", (reason) => {
      leave();
      log.info({ reason }, "an encoder left the stage");
    });
    // Only RTMP's end knows what an encoder sends inside; what comes over WebRTC is described here.
    if (protocol === "whip") this.#report();
  }

  /** Put a producer on stage; it closes with the seat. At most one of each kind. */
  add(producer: types.Producer): void {
    this.#producers.add(producer);
    producer.observer.once("close", () => this.#producers.delete(producer));
    this.scope.add(`producer ${producer.id}`, () => producer.close());
    const { pass } = this.#options;
    this.stage.addProducer(producer, {
      producerId: producer.id,
      participantId: pass.encoderId,
      name: pass.name,
      kind: producer.kind,
      source: producer.kind === "video" ? "camera" : "microphone",
      paused: producer.paused,
    });
  }

  get producers(): types.Producer[] {
    return [...this.#producers];
  }

  #report(): void {
    const key = encoderStatusKey(this.#options.pass.encoderId);
    const { redis } = this.#options;
    // Redis away: the next report is soon.
    const write = async () => {
      const text = JSON.stringify(await this.#status());
      await redis.set(key, text, "PX", statusTtlMs).catch(() => undefined);
    };
    this.scope.run("first status", write);
    this.scope.every(statusMs, "status", write);
    this.scope.add("status", async () => {
      await redis.del(key).catch(() => 0);
    });
  }

  async #status(): Promise<EncoderStatus> {
    const { pass, protocol } = this.#options;
    const stats = (
      await Promise.all(this.producers.map((producer) => producer.getStats().catch(() => [])))
    ).flat();
    const now = performance.now();
    const count = stats.reduce((sum, { byteCount }) => sum + byteCount, 0);
    const kbps = ((count - this.#bytes.count) * 8) / Math.max(1, now - this.#bytes.at);
    this.#bytes = { count, at: now };
    const describe = (kind: "audio" | "video"): string | null => {
      const producer = this.producers.find((one) => one.kind === kind);
      if (!producer) return null;
      const [, name = ""] = producer.rtpParameters.codecs[0]?.mimeType.split("/") ?? [];
      const layers = producer.rtpParameters.encodings?.length ?? 1;
      return layers > 1 ? `${name}, ${layers} sizes` : name;
    };
    return {
      encoderId: pass.encoderId,
      protocol,
      state: count > 0 ? "live" : "connecting",
      since: this.#since,
      bitrateKbps: Math.max(0, Math.round(kbps)),
      video: describe("video"),
      audio: describe("audio"),
      note: null,
      at: Date.now(),
    };
  }
}
