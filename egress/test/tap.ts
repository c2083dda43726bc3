import { fork } from "node:child_process";
import { connect, createServer, type Server, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import { freePort } from "./ports.ts";

/** Less than this in one piece is RTMP talking of itself (acknowledgements, pings), bytes. */
const leastMedia = 300;

/** Where destinations are: an RTMP server that takes everything, a process of its own. */
export async function openSink(folder: string): Promise<{ port: number; stop: () => Promise<void> }> {
  const port = await freePort();
  const hub = fileURLToPath(new URL("../src/rtmp/hub.ts", import.meta.url));
  const child = fork(hub, [String(port), folder], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const gone = new Promise<void>((resolve) => child.once("close", () => resolve()));
  await new Promise((resolve) => child.once("message", resolve));
  const stop = (): Promise<void> => {
    child.kill("SIGKILL");
    return gone;
  };
  return { port, stop };
}

/** A relay before an RTMP server: says how long no media passed, and can become a black hole. */
export class Tap {
  readonly port: number;
  readonly #server: Server;
  readonly #clients = new Set<Socket>();
  #swallows = false;
  #heardAt = performance.now();
  #longest = 0;

  private constructor(server: Server, port: number, target: number) {
    this.#server = server;
    this.port = port;
    server.on("connection", (client) => this.#relay(client, target));
  }

  static async open(target: number): Promise<Tap> {
    const port = await freePort();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", () => resolve()));
    return new Tap(server, port, target);
  }

  #relay(client: Socket, target: number): void {
    this.#clients.add(client);
    const upstream = connect(target, "127.0.0.1");
    client.on("data", (bytes) => {
      if (bytes.length >= leastMedia) this.#heard();
      upstream.write(bytes);
    });
    upstream.pipe(client);
    for (const socket of [client, upstream]) socket.on("error", () => undefined);
    client.once("close", () => {
      this.#clients.delete(client);
      upstream.destroy();
    });
    upstream.once("close", () => client.destroy());
    if (this.#swallows) client.pause();
  }

  #heard(): void {
    const now = performance.now();
    this.#longest = Math.max(this.#longest, now - this.#heardAt);
    this.#heardAt = now;
  }

  /** Takes connections and reads nothing from them, as a network that drops everything. */
  set swallows(swallows: boolean) {
    this.#swallows = swallows;
    for (const client of this.#clients) swallows ? client.pause() : client.resume();
  }

  startWindow(): void {
    this.#longest = 0;
    this.#heardAt = performance.now();
  }

  /** Longest time without media since `startWindow`, that until now included, ms. */
  get silenceMs(): number {
    return Math.round(Math.max(this.#longest, performance.now() - this.#heardAt));
  }

  close(): void {
    for (const client of this.#clients) client.destroy();
    this.#server.close();
  }
}
