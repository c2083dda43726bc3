import { createHash, randomUUID } from "node:crypto";
import type { Scope } from "@rostrum/platform";
import { checkProducerRtp, createWebRtcTransport, keyFrameRequestDelayMs } from "@rostrum/sfu";
import type { types } from "mediasoup";
import type { EncoderSeat } from "../encoders/seats.ts";
import { type Accepted, writeAnswer, writeRestart } from "./answer.ts";
import { type Offer, type OfferedSection, rtpParametersOf } from "./offer.ts";
import { Refusal } from "./refusal.ts";

/** Who has not connected by then is not coming, ms. */
const connectMs = 20_000;
/** A path that is lost may come back by an ICE restart within this, ms. */
const lostMs = 10_000;

export const keyHash = (key: string): string => createHash("sha256").update(key).digest("base64url");

/** One WHIP session (RFC 9725 §4): a WebRTC transport and its producers, owned by the encoder's seat. */
export class WhipSession {
  readonly id = randomUUID();
  readonly scope: Scope;
  /** Of the key it was opened with: nobody else ends or changes it. */
  readonly keyHash: string;
  readonly answer: string;
  readonly #transport: types.WebRtcTransport;
  readonly #mid: string;
  #remoteUfrag: string;

  private constructor(
    seat: EncoderSeat,
    transport: types.WebRtcTransport,
    agreed: { offer: Offer; accepted: Accepted[]; keyHash: string },
  ) {
    this.scope = seat.scope;
    this.keyHash = agreed.keyHash;
    this.answer = writeAnswer(agreed.offer, agreed.accepted, transport);
    this.#transport = transport;
    this.#mid = agreed.accepted[0]?.section.mid ?? "";
    this.#remoteUfrag = agreed.offer.iceUfrag;
    this.#watch();
  }

  /** Take what is offered. Throws a Refusal when nothing of it can be; the seat is closed then. */
  static async open(seat: EncoderSeat, offer: Offer, key: string): Promise<WhipSession> {
    const { router, place } = seat.stage;
    try {
      const transport = await createWebRtcTransport(router, place.webRtcServer, "send");
      seat.scope.add("whip transport", () => transport.close());
      const { role, fingerprints } = offer.dtls;
      await transport.connect({
        dtlsParameters: { role, fingerprints: fingerprints as types.DtlsFingerprint[] },
      });
      const accepted = offer.sections.flatMap((section) => agree(section, router));
      if (accepted.length === 0) throw new Refusal(422, "None of the offered codecs can be taken.");
      for (const one of accepted) seat.add(await produce(one, { transport, router }));
      if (seat.scope.closed) throw new Refusal(409, "Another session with this key has taken its place.");
      return new WhipSession(seat, transport, { offer, accepted, keyHash: keyHash(key) });
    } catch (error) {
      await seat.scope.close("could not open");
      throw error;
    }
  }

  /** Strong validator of the ICE session (RFC 9725 §4.3.1). */
  get etag(): string {
    return `"${this.#transport.iceParameters.usernameFragment}"`;
  }

  /** Whether a fragment's ICE user name is not the one of this session. */
  isRestart(ufrag: string | undefined): boolean {
    return ufrag !== undefined && ufrag !== this.#remoteUfrag;
  }

  /** New ICE credentials. @returns the answering fragment */
  async restart(ufrag: string): Promise<string> {
    await this.#transport.restartIce();
    this.#remoteUfrag = ufrag;
    return writeRestart(this.#mid, this.#transport);
  }

  #watch(): void {
    const { scope } = this;
    const transport = this.#transport;
    const close = (reason: string) => void scope.close(reason);
    scope.after(connectMs, "connect", () => {
      if (transport.dtlsState !== "connected") close("did not connect");
    });
    let cancel = () => {};
    transport.on("icestatechange", (state) => {
      cancel();
      if (state === "disconnected")
        cancel = scope.after(lostMs, "ice", () => close("the connection was lost"));
      if (state === "closed") close("the connection was lost");
    });
    transport.on("dtlsstatechange", (state) => {
      if (state === "failed" || state === "closed") close(`dtls ${state}`);
    });
  }
}

/** The first offered codec that the router takes, and what both know of header extensions. */
function agree(section: OfferedSection, router: types.Router): Accepted[] {
  const { media } = section;
  if (!media) return [];
  const known = router.rtpCapabilities.headerExtensions ?? [];
  const extensions = media.extensions.filter(({ uri }) =>
    known.some((one) => one.uri === uri && one.kind === media.kind && one.direction !== "sendonly"),
  );
  for (const codec of media.codecs) {
    try {
      checkProducerRtp(media.kind, rtpParametersOf(section, codec, extensions), router);
      return [{ section, codec, extensions }];
    } catch {
      // Not this one: the offerer named others.
    }
  }
  return [];
}

function produce(
  { section, codec, extensions }: Accepted,
  { transport, router }: { transport: types.WebRtcTransport; router: types.Router },
): Promise<types.Producer> {
  const kind = section.media?.kind ?? "audio";
  return transport.produce({
    kind,
    rtpParameters: checkProducerRtp(kind, rtpParametersOf(section, codec, extensions), router),
    keyFrameRequestDelay: keyFrameRequestDelayMs,
  });
}
