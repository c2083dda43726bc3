import type { MediaKind, RtpCapabilities, StageProducer } from "@rostrum/protocol";
import type { types } from "mediasoup";
import { checkCapabilities } from "./rtp-check.ts";

/** Different capabilities that are kept. Browsers of one release all say the same. */
const mostKept = 64;
const kept = new Map<string, ReceiverCodecs>();

type Offered = Pick<StageProducer, "producerId" | "kind">;

/**
 * What a receiver can decode, checked once for all who say the same. mediasoup copies and checks what it is given for
 * every consumer: it is given no more than the producer's kind needs, and not asked twice what it has answered.
 */
export class ReceiverCodecs {
  readonly #byKind: Record<MediaKind, types.RtpCapabilities>;
  /** Producers that it has been found to take, by router. */
  readonly #takes = new WeakMap<types.Router, Set<string>>();

  /** Throws rtp.invalid. */
  static of(capabilities: RtpCapabilities): ReceiverCodecs {
    const text = JSON.stringify(capabilities);
    const known = kept.get(text);
    if (known) return known;
    const made = new ReceiverCodecs(checkCapabilities(capabilities));
    const [oldest] = kept.keys();
    if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest);
    kept.set(text, made);
    return made;
  }

  private constructor({ codecs = [], headerExtensions = [] }: types.RtpCapabilities) {
    const only = (kind: MediaKind) => ({
      codecs: codecs.filter((codec) => codec.kind === kind),
      headerExtensions: headerExtensions.filter((extension) => extension.kind === kind),
    });
    this.#byKind = { audio: only("audio"), video: only("video") };
  }

  /** What the producer is consumed with. */
  capabilitiesFor({ kind }: Offered): types.RtpCapabilities {
    return this.#byKind[kind];
  }

  canConsume(router: types.Router, offered: Offered): boolean {
    const { producerId } = offered;
    const takes = this.#takes.get(router) ?? new Set<string>();
    if (takes.has(producerId)) return true;
    if (!router.canConsume({ producerId, rtpCapabilities: this.capabilitiesFor(offered) })) return false;
    this.#takes.set(router, takes.add(producerId));
    return true;
  }
}
