import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { sleep } from "../src/index.ts";

/** A Redis of one test: a real server on a free port of 127.0.0.1 that may be killed and started again, empty. */
export class TestRedis {
  readonly url: string;
  readonly #port: number;
  readonly #folder = mkdtempSync(path.join(tmpdir(), "rostrum-redis-"));
  #child: ChildProcess | undefined;

  private constructor(port: number) {
    this.#port = port;
    this.url = `redis://127.0.0.1:${port}`;
  }

  static async start(): Promise<TestRedis> {
    const redis = new TestRedis(await freePort());
    await redis.start();
    return redis;
  }

  /** Nothing is written to disk: a start is always an empty start. */
  async start(): Promise<void> {
    const args = ["--port", `${this.#port}`, "--bind", "127.0.0.1", "--save", "", "--dir", this.#folder];
    this.#child = spawn(this.#program(), args, { stdio: "ignore" });
    const deadline = Date.now() + 10_000;
    while (!(await answers(this.#port))) {
      if (Date.now() > deadline) throw new Error("redis-server did not start");
      await sleep(20);
    }
  }

  /** SIGKILL: what was not replicated is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  /** SIGSTOP and SIGCONT: the connection stands and nobody answers. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** redis-server, or the same program under the name by which Debian's redis-tools ships it. */
  #program(): string {
    const known = find("redis-server");
    if (known) return known;
    const other = find("redis-check-rdb");
    if (!other) throw new Error("redis-server is not installed");
    const link = path.join(this.#folder, "redis-server");
    rmSync(link, { force: true });
    symlinkSync(other, link);
    return link;
  }
}

function find(name: string): string | undefined {
  for (const folder of [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/usr/local/sbin"]) {
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address ? address.port : 0;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("data", (data) => done(data.toString().startsWith("+PONG")));
    socket.on("error", () => done(false));
    socket.setTimeout(500, () => done(false));
  });
}
