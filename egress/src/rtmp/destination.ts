import { type Log, type Scope, sleep } from "@rostrum/platform";
import type { ProgrammeStatus, RtmpDestination } from "@rostrum/protocol";
import { backoffMs } from "@rostrum/rules";
import { copyToRtmp } from "../ffmpeg/command.ts";

export type DestinationStatus = ProgrammeStatus["destinations"][number];

export type DestinationOptions = {
  destination: RtmpDestination;
  /** The programme on the local hub. */
  source: string;
  /** Whether the programme has pictures to send now. */
  flows: () => boolean;
  ffmpegPath: string;
  scope: Scope;
  log: Log;
};

/** A copy that has sent nothing new for this long while there is something is stuck at a destination that takes nothing. */
const stuckMs = 8000;
/** How often to look whether there is something to send. */
const flowLookMs = 200;
/** A copy that lived this long was a success: the next failure begins back-off anew. */
const steadyMs = 20_000;

/** One place the programme is sent to: a copy process of its own, tried again for as long as the programme runs. */
export class Destination {
  readonly #options: DestinationOptions;
  readonly status: DestinationStatus;
  /** When pictures last left; null before the first. */
  #aliveAt: number | null = null;
  /** Since when it gets nothing. */
  #lostAt: number | null = null;

  constructor(options: DestinationOptions) {
    this.#options = options;
    this.status = {
      id: options.destination.id,
      state: "connecting",
      bitrateKbps: 0,
      retries: 0,
      frames: 0,
      missedMs: 0,
      fault: null,
    };
    options.scope.run("destination", (signal) => this.#keepSending(signal));
    options.scope.add("destination status", () => {
      this.status.state = "stopped";
      this.status.bitrateKbps = 0;
    });
  }

  get url(): string {
    return this.#options.destination.url;
  }

  async #keepSending(signal: AbortSignal): Promise<void> {
    for (let attempt = 0; !signal.aborted; attempt += 1) {
      await this.#untilFlowing(signal);
      const began = performance.now();
      const fault = await this.#sendOnce(signal);
      if (signal.aborted) return;
      if (performance.now() - began > steadyMs) attempt = 0;
      this.status.state = "retrying";
      this.status.bitrateKbps = 0;
      this.status.retries += 1;
      this.#lostAt ??= this.#aliveAt;
      this.status.fault = fault;
      this.#options.log.warn({ destination: this.status.id, fault }, "a destination is lost and tried again");
      await sleep(250 + backoffMs(attempt, Math.random(), { baseMs: 500, capMs: 10_000 }), signal).catch(
        () => {},
      );
    }
  }

  /** A compositor takes its time to begin: nobody is called before there is something to send. */
  async #untilFlowing(signal: AbortSignal): Promise<void> {
    while (!this.#options.flows() && !signal.aborted) await sleep(flowLookMs, signal).catch(() => {});
  }

  /** @returns why it ended, for people */
  async #sendOnce(signal: AbortSignal): Promise<string> {
    const { ffmpegPath, source, destination, flows } = this.#options;
    let sent = 0;
    let sentAt = performance.now();
    let stuck = false;
    const copy = copyToRtmp(ffmpegPath, { source, target: destination.url }, ({ bitrateKbps, frames }) => {
      if (frames <= sent) return;
      this.#arrived(frames - sent, bitrateKbps);
      sent = frames;
      sentAt = performance.now();
    });
    const watch = setInterval(() => {
      // A compositor that begins again is not the destination's fault.
      if (!flows()) sentAt = performance.now();
      if (performance.now() - sentAt < stuckMs) return;
      stuck = true;
      copy.kill();
    }, 500);
    const stop = (): void => copy.kill();
    signal.addEventListener("abort", stop, { once: true });
    try {
      await copy.done;
      return "The programme's stream ended.";
    } catch (error) {
      if (stuck) return "The destination takes nothing.";
      return withoutSecrets(error instanceof Error ? error.message : String(error), [
        source,
        destination.url,
      ]);
    } finally {
      clearInterval(watch);
      signal.removeEventListener("abort", stop);
    }
  }

  /** Pictures have left; what the programme was since the last ones before a loss has not. */
  #arrived(frames: number, bitrateKbps: number): void {
    const now = performance.now();
    const { status } = this;
    if (this.#lostAt !== null) status.missedMs += Math.round(now - this.#lostAt);
    this.#lostAt = null;
    this.#aliveAt = now;
    status.state = "live";
    status.fault = null;
    status.bitrateKbps = bitrateKbps;
    status.frames += frames;
  }
}

/** ffmpeg repeats the URL, and with it the key, in its faults. */
export function withoutSecrets(text: string, urls: readonly string[]): string {
  let clean = text;
  for (const url of urls) {
    clean = clean.replaceAll(url, "the destination");
    const key = url.split("/").pop();
    if (key && key.length >= 4) clean = clean.replaceAll(key, "***");
  }
  return clean.replace(/rtmps?:\/\/\S+/gi, "the destination").slice(0, 300);
}
