import { createServer, type Server } from "node:http";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { expect } from "vitest";
import { type Deliverer, deliverDue } from "../src/server/webhooks/deliver.ts";
import { Networks } from "../src/server/webhooks/networks.ts";
import { type Headers, mutate, type Stage } from "./harness.ts";

type Verify = (
  secrets: string | string[],
  headers: Record<string, string | string[] | undefined>,
  body: string,
  now?: number,
) => string;

const example = path.join(import.meta.dirname, "../../docs/examples/webhook-receiver.mjs");
export const { verify } = (await import(pathToFileURL(example).href)) as { verify: Verify };

export type Received = {
  id: string;
  type: string;
  data: Record<string, never> & {
    registration?: { id: string; email: string; name: string; status: string };
    webinar: { id: string; slug: string; title: string };
  };
  headers: Record<string, string | string[] | undefined>;
  body: string;
};

/** A receiver that verifies everything with what the specification says, and does what a test tells it to. */
export class Receiver {
  readonly got: Received[] = [];
  secrets: string[] = [];
  /** What it thinks the time is: the signature's timestamp is checked against it. */
  now: () => number = Date.now;
  answer: (message: Received) => number | Promise<number> = () => 204;
  readonly refused: string[] = [];
  readonly #server: Server;

  constructor() {
    this.#server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const body = Buffer.concat(chunks).toString("utf8");
      try {
        const id = verify(this.secrets, request.headers, body, this.now());
        const { type, data } = JSON.parse(body) as Received;
        const message = { id, type, data, headers: request.headers, body };
        const status = await this.answer(message);
        if (status < 300) this.got.push(message);
        response.writeHead(status, status === 302 ? { location: "/elsewhere" } : {}).end(`status ${status}`);
      } catch (error) {
        this.refused.push((error as Error).message);
        response.writeHead(401).end();
      }
    });
  }

  async open(port = 0): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    const address = this.#server.address();
    return typeof address === "object" && address ? address.port : 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  types(): string[] {
    return this.got.map(({ type }) => type);
  }
}

/** A clock that a test moves. */
export function deliverer(stage: Stage, allowed = "127.0.0.0/8"): Deliverer & { clock: { ms: number } } {
  const clock = { ms: Date.now() };
  return {
    services: stage.services,
    networks: new Networks(allowed),
    now: () => new Date(clock.ms),
    random: () => 0.5,
    clock,
  };
}

/** Deliver until nothing is due, as far as the clock is now. */
export const deliverAll = (at: Deliverer): Promise<number> => deliverDue(at, 8, 5000);

export async function addEndpoint(
  host: Headers,
  url: string,
  events: string[],
): Promise<{ id: string; secret: string }> {
  const { data, refusal } = await mutate("integration.createEndpoint", { url, events }, host);
  expect(refusal).toBeUndefined();
  return data as { id: string; secret: string };
}
