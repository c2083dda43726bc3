import { createHmac, createSecretKey, hkdfSync, type KeyObject, timingSafeEqual } from "node:crypto";
import { NodeClaims, ReplayClaims, type RoomAudience, RoomClaims, RostrumError } from "@rostrum/protocol";
import { createSigner, createVerifier, TokenError } from "fast-jwt";

const algorithm = "HS256";

type Payload = Record<string, unknown> & { exp: number };

/**
 * Signs and verifies what crosses between our processes. One secret, one key per purpose (HKDF-SHA256, RFC 5869), one
 * algorithm (HS256), `typ` and `aud` checked: a token of one kind is worthless for another.
 */
export class Tokens {
  readonly #secret: string;
  readonly #keys = new Map<string, KeyObject>();
  readonly #signers = new Map<string, (claims: Payload) => string>();
  readonly #verifiers = new Map<string, (token: string) => Payload>();

  constructor(secret: string) {
    if (secret.length < 32) throw new Error("the token secret needs at least 32 characters");
    this.#secret = secret;
  }

  #key(purpose: string): KeyObject {
    return remember(this.#keys, purpose, () =>
      createSecretKey(Buffer.from(hkdfSync("sha256", this.#secret, "rostrum", purpose, 32))),
    );
  }

  async #sign(
    type: string,
    audience: string,
    claims: Record<string, unknown>,
    ttlSeconds: number,
  ): Promise<string> {
    const sign = remember(this.#signers, type, () =>
      createSigner({ key: this.#key(type).export(), algorithm, header: { alg: algorithm, typ: type } }),
    );
    return sign({ ...claims, aud: audience, exp: Math.floor(Date.now() / 1000) + ttlSeconds });
  }

  async #verify(
    token: string,
    type: string,
    audience: string,
  ): Promise<{ claims: unknown; expiresAt: number }> {
    const verify = remember(this.#verifiers, `${type} ${audience}`, () =>
      createVerifier({
        key: this.#key(type).export(),
        algorithms: [algorithm],
        checkTyp: type,
        allowedAud: audience,
        requiredClaims: ["aud", "exp"],
        cache: false,
      }),
    );
    try {
      const claims = verify(token);
      return { claims, expiresAt: claims.exp * 1000 };
    } catch (error) {
      if (error instanceof TokenError && error.code === TokenError.codes.expired)
        throw new RostrumError("token.expired", "The token has expired.");
      throw new RostrumError("token.invalid", "The token is not valid here.", { cause: error });
    }
  }

  /** A participant's credential for an edge or origin socket. */
  signRoom(claims: RoomClaims, ttlSeconds: number): Promise<string> {
    return this.#sign("room", claims.audience, { ...claims }, ttlSeconds);
  }

  /** Throws RostrumError token.expired or token.invalid. `expiresAt` is epoch ms. */
  async verifyRoom(token: string, audience: RoomAudience): Promise<RoomClaims & { expiresAt: number }> {
    const { claims, expiresAt } = await this.#verify(token, "room", audience);
    const parsed = RoomClaims.safeParse(claims);
    if (!parsed.success || parsed.data.audience !== audience) {
      throw new RostrumError("token.invalid", "The token is not valid here.");
    }
    return { ...parsed.data, expiresAt };
  }

  /** What a process shows another of ours; short-lived, made anew for each connection or call. */
  signNode(claims: NodeClaims): Promise<string> {
    return this.#sign("node", "node", { ...claims }, 120);
  }

  async verifyNode(token: string): Promise<NodeClaims> {
    const { claims } = await this.#verify(token, "node", "node");
    const parsed = NodeClaims.safeParse(claims);
    if (!parsed.success) throw new RostrumError("token.invalid", "The node credential is not valid.");
    return parsed.data;
  }

  /** What a browser shows when it tells what of a recording was watched. */
  signReplay(claims: ReplayClaims, ttlSeconds: number): Promise<string> {
    return this.#sign("replay", "replay", { ...claims }, ttlSeconds);
  }

  /** Throws RostrumError token.expired or token.invalid. */
  async verifyReplay(token: string): Promise<ReplayClaims> {
    const { claims } = await this.#verify(token, "replay", "replay");
    const parsed = ReplayClaims.safeParse(claims);
    if (!parsed.success) throw new RostrumError("token.invalid", "The pass is not valid.");
    return parsed.data;
  }

  /** Path part that opens a webinar's HLS until `expiresAtSeconds` (decision 005). */
  hlsAccess(webinarId: string, expiresAtSeconds: number): string {
    return `${expiresAtSeconds}.${this.#hlsMac(webinarId, expiresAtSeconds).toString("base64url")}`;
  }

  verifyHlsAccess(webinarId: string, access: string, nowMs: number): boolean {
    const [, expiry] = /^([1-9][0-9]{0,11})\./.exec(access) ?? [];
    if (expiry === undefined || Number(expiry) * 1000 < nowMs) return false;
    // The whole text is compared: another spelling of the same access would be another entry of every cache.
    const given = Buffer.from(access);
    const right = Buffer.from(this.hlsAccess(webinarId, Number(expiry)));
    return given.length === right.length && timingSafeEqual(given, right);
  }

  #hlsMac(webinarId: string, expiresAtSeconds: number): Buffer {
    return createHmac("sha256", this.#key("hls")).update(`${webinarId}.${expiresAtSeconds}`).digest();
  }
}

export const createTokens = (secret: string): Tokens => new Tokens(secret);

function remember<T>(known: Map<string, T>, name: string, make: () => T): T {
  const found = known.get(name) ?? make();
  known.set(name, found);
  return found;
}
