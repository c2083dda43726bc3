import { type AccessTimes, accessNow, askAgainIn } from "@rostrum/rules";
import { wireError } from "../client/api.ts";

/** As web gives it. */
export type Grant = { accesses: (AccessTimes & { access: string })[]; leadMs: number; nowMs: number };

/** `{expiry}.{signature}`, a part of every address of media. */
const accessPart = /\/\d{9,12}\.[\w-]{43}(?=\/)/;
/** When each was first seen: its `nowMs` was then. */
const seenAt = new WeakMap<Grant, number>();
/** Refusals that are meant for this person; any other failure passes. */
const refusals: ReadonlySet<string> = new Set([
  "permission.denied",
  "token.invalid",
  "conflict",
  "session.required",
]);
const retryMs = 2000;
const longestRetryMs = 30_000;

/**
 * The access of one page to media (decision 017): asks web for the next one before it is needed, so that a player never
 * waits for it. Everybody changes at the same instant, by the server's clock, so that caches keep one copy.
 */
export class MediaAccess {
  readonly #ask: () => Promise<Grant>;
  readonly #onRefused: (reason: string) => void;
  #given: Grant["accesses"] = [];
  #leadMs = 0;
  /** Server's clock minus `performance.now()`. */
  #offsetMs = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #switch: ReturnType<typeof setTimeout> | undefined;
  #asking: Promise<void> | undefined;
  #closed = false;
  /** In a row. */
  #failures = 0;
  #onSwitch: () => void = () => undefined;

  constructor(ask: () => Promise<Grant>, onRefused: (reason: string) => void) {
    this.#ask = ask;
    this.#onRefused = onRefused;
  }

  /** What was given with the first address. */
  take(grant: Grant): void {
    if (this.#closed) return;
    const seen = seenAt.get(grant) ?? performance.now();
    seenAt.set(grant, seen);
    this.#offsetMs = grant.nowMs - seen;
    this.#leadMs = grant.leadMs;
    this.#given = grant.accesses;
    this.#failures = 0;
    this.#schedule();
  }

  /** Calls `act` whenever another access has its turn. */
  onSwitch(act: () => void): void {
    this.#onSwitch = act;
  }

  get #nowMs(): number {
    return performance.now() + this.#offsetMs;
  }

  /** An address with the access that it needs now; as it is while there is none. */
  address(url: string): string {
    const now = accessNow(this.#given, this.#nowMs);
    return now ? url.replace(accessPart, `/${now.access}`) : url;
  }

  /** An address for a player that keeps it: its access comes by `enter`. */
  lasting(url: string): string {
    return url.replace(accessPart, "/mine");
  }

  get fresh(): boolean {
    return this.#closed || accessNow(this.#given, this.#nowMs) !== undefined;
  }

  /** The server has refused what should be good: ask anew before the next try. */
  doubt(): void {
    this.#given = [];
  }

  /** Settles when there is an access, or asking for one has failed: a page that slept wakes with none. */
  async ready(): Promise<void> {
    if (!this.fresh) await this.#renew();
  }

  /** Why somebody may not have access, for people; undefined: it is a failure that may pass. */
  refusalOf(error: unknown): string | undefined {
    const { code, message } = wireError(error);
    return refusals.has(code) ? message : undefined;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearTimeout(this.#switch);
  }

  #renew(): Promise<void> {
    this.#asking ??= this.#ask()
      .then(
        (grant) => this.take(grant),
        (error: unknown) => this.#failed(error),
      )
      .finally(() => {
        this.#asking = undefined;
      });
    return this.#asking;
  }

  #failed(error: unknown): void {
    if (this.#closed) return;
    const refusal = this.refusalOf(error);
    if (refusal) {
      this.#onRefused(refusal);
      return;
    }
    clearTimeout(this.#timer);
    const waitMs = Math.min(longestRetryMs, retryMs * 2 ** this.#failures);
    this.#failures += 1;
    this.#timer = setTimeout(() => void this.#renew(), waitMs * (0.5 + Math.random() / 2));
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#switch);
    const clock = { nowMs: this.#nowMs, leadMs: this.#leadMs, random: Math.random() };
    this.#timer = setTimeout(() => void this.#renew(), askAgainIn(this.#given, clock));
    const next = this.#given.find(({ fromMs }) => fromMs > clock.nowMs);
    if (next) this.#switch = setTimeout(() => this.#onSwitch(), next.fromMs - clock.nowMs);
  }
}

/** For hls.js: each request, and each try of it, goes to the address as it is by then. */
export const askWith =
  (access: MediaAccess) =>
  async (request: XMLHttpRequest, url: string): Promise<void> => {
    if (!access.fresh) await access.ready();
    request.open("GET", access.address(url), true);
  };

/**
 * Brings the access to a browser's own player, which keeps its address, and keeps bringing it. Answers the address to play,
 * or null: this browser keeps no cookie of the server that sends the media.
 */
export async function enterNatively(access: MediaAccess, url: string): Promise<string | null> {
  const door = (address: string): Promise<boolean> =>
    fetch(address.replace(/[^/]+$/, "enter"), { credentials: "include", cache: "no-store" }).then(
      ({ ok }) => ok,
      () => false,
    );
  const enter = (): Promise<boolean> => door(access.address(url));
  if (!(await enter()) || !(await door(access.lasting(url)))) return null;
  access.onSwitch(() => void enter().then((entered) => entered || setTimeout(() => void enter(), retryMs)));
  return access.lasting(url);
}
