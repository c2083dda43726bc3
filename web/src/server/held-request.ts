/**
 * What is asked of fetch's Request here, for one whose body has come. The standard's own makes a stream of every body, reads
 * it again, and checks every header once more: a seventh of an admission's time. Answers are no streams at the addresses
 * that get this one, so a call that has begun is not called off.
 */
export class HeldRequest implements Pick<Request, "method" | "url" | "headers" | "signal" | "json" | "text"> {
  readonly method: string;
  /** Absolute. */
  readonly url: string;
  readonly headers: Headers;
  readonly held: Buffer;
  #controller: AbortController | undefined;

  constructor(url: string, init: { method: string; headers: Headers; body: Buffer }) {
    this.url = url;
    this.method = init.method;
    this.headers = init.headers;
    this.held = init.body;
  }

  /** Never aborted. One for each: a signal keeps what follows it. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  async text(): Promise<string> {
    return this.held.toString("utf8");
  }

  async json(): Promise<unknown> {
    return JSON.parse(this.held.toString("utf8"));
  }
}

/** A page's request, as Next has it, or one that came to an address of ours. */
export type HttpRequest = Request | HeldRequest;
