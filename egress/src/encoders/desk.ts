import { createHash } from "node:crypto";
import { askWeb, type Log, type Redis, type Scope, type WebAsker } from "@rostrum/platform";
import { EncoderPass, RostrumError } from "@rostrum/protocol";
import type { OriginAddress } from "../ingest/index.ts";
import { Encoder } from "./encoder.ts";
import type { Publication } from "./rtmp-server.ts";

/** A key that was revoked or renewed stops what is sent with it within this, ms. */
const keyCheckMs = 4000;
/** What arrives while web is asked about a key is kept up to here: the first key picture is in it. */
const mostWaiting = 4 * 2 ** 20;

type Options = {
  web: WebAsker;
  epoch: string;
  listenIp: string;
  findOrigin: (webinarId: string) => Promise<OriginAddress | null>;
  redis: Redis;
  scope: Scope;
  log: Log;
};

type Present = { encoder: Encoder; connection: Connection | null };

/** Lets encoders in by their keys and gives each the source that it had when it comes back. */
export class Desk {
  readonly #options: Options;
  readonly #present = new Map<string, Present>();

  constructor(options: Options) {
    this.#options = options;
  }

  get count(): number {
    return this.#present.size;
  }

  /** Somebody publishes with a key; whether they may is found out while the first of it arrives. */
  publish(key: string, close: () => void): Publication {
    const connection = new Connection(close);
    this.#options.scope.run("stream key", async () => {
      try {
        const pass = await this.#passOf(key);
        if (!connection.closed) this.#admit(pass, key, connection);
      } catch (error) {
        const reason = error instanceof RostrumError ? error.message : "It could not be checked.";
        this.#options.log.info({ reason, fingerprint: fingerprint(key) }, "an encoder was turned away");
        connection.end();
      }
    });
    return connection;
  }

  #passOf(key: string): Promise<EncoderPass> {
    if (!/^[\w-]{16,128}$/.test(key))
      return Promise.reject(new RostrumError("token.invalid", "The stream key is not valid."));
    const question = { path: "/api/internal/encoders", body: { key }, schema: EncoderPass };
    return askWeb(this.#options.web, question);
  }

  #admit(pass: EncoderPass, key: string, connection: Connection): void {
    const present = this.#present.get(pass.encoderId) ?? this.#open(pass);
    // The same key again: the new connection takes the place of the old, which is usually dead already.
    present.connection?.end();
    present.connection = connection;
    present.encoder.arrived();
    connection.begin(present.encoder, () => {
      if (present.connection !== connection) return;
      present.connection = null;
      if (!present.encoder.scope.closed) present.encoder.left();
    });
    this.#checkKey(present, connection, key);
  }

  #open(pass: EncoderPass): Present {
    const { scope: parent, epoch, listenIp, findOrigin, redis, web } = this.#options;
    const log = this.#options.log.child({ webinarId: pass.webinarId, encoderId: pass.encoderId });
    const scope = parent.child(`encoder ${pass.encoderId}`);
    const encoder = new Encoder({
      pass,
      epoch,
      nodeId: web.claims.nodeId,
      listenIp,
      findOrigin,
      redis,
      onEnded: (reason) => void scope.close(reason),
      scope,
      log,
    });
    const present: Present = { encoder, connection: null };
    this.#present.set(pass.encoderId, present);
    log.info("an encoder came over RTMP");
    scope.add("present", (reason) => {
      this.#present.delete(pass.encoderId);
      present.connection?.end();
      log.info({ reason }, "an encoder is gone");
    });
    return present;
  }

  /** For as long as this connection sends. While web is away the key counts as it did. */
  #checkKey(present: Present, connection: Connection, key: string): void {
    const { scope } = present.encoder;
    const again = (): void => {
      scope.after(keyCheckMs, "stream key", async () => {
        if (present.connection !== connection) return;
        const gone = await this.#passOf(key).then(
          () => false,
          (error: unknown) => error instanceof RostrumError && error.code !== "node.unavailable",
        );
        if (gone) void scope.close("the stream key is not valid any more");
        else again();
      });
    };
    again();
  }
}

/** What tells keys apart in a log without opening anything. */
const fingerprint = (key: string): string => createHash("sha256").update(key).digest("hex").slice(0, 8);

type Message = { kind: "video" | "audio"; body: Buffer; timestamp: number };

/** One RTMP connection that publishes: kept back until its key is known, then an encoder's. */
class Connection implements Publication {
  readonly #close: () => void;
  #waiting: Message[] = [];
  #bytes = 0;
  #encoder: Encoder | null = null;
  #onEnded: () => void = () => {};
  closed = false;

  constructor(close: () => void) {
    this.#close = close;
  }

  begin(encoder: Encoder, onEnded: () => void): void {
    this.#encoder = encoder;
    this.#onEnded = onEnded;
    for (const message of this.#waiting) this.#take(message);
    this.#waiting = [];
  }

  readonly video = (body: Buffer, timestamp: number): void => this.#take({ kind: "video", body, timestamp });
  readonly audio = (body: Buffer, timestamp: number): void => this.#take({ kind: "audio", body, timestamp });

  readonly ended = (): void => {
    if (this.closed) return;
    this.closed = true;
    this.#waiting = [];
    this.#onEnded();
  };

  end(): void {
    this.#close();
    this.ended();
  }

  #take({ kind, body, timestamp }: Message): void {
    if (this.closed) return;
    if (!this.#encoder) {
      this.#bytes += body.length;
      if (this.#bytes > mostWaiting) this.end();
      else this.#waiting.push({ kind, body: Buffer.from(body), timestamp });
      return;
    }
    const refused = this.#encoder[kind](body, timestamp);
    if (refused === undefined) return;
    const { scope } = this.#encoder;
    this.end();
    void scope.close("it sends what cannot be taken");
  }
}
