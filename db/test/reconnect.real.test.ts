import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { sql } from "drizzle-orm";
import { afterEach, expect, it } from "vitest";
import { isDatabaseUnavailable, openDatabase } from "../src/index.ts";
import { createTestDatabase } from "./database.ts";

/** A way to the database that can be cut: its connections end, and new ones are refused. */
class Way {
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;

  constructor(url: string) {
    this.#target = new URL(url);
  }

  async open(): Promise<void> {
    this.#server = createServer((near) => {
      const far = dial(Number(this.#target.port), this.#target.hostname);
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => undefined);
        socket.on("close", () => {
          this.#sockets.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => this.#server?.listen(this.port, "127.0.0.1", resolve));
    const address = this.#server.address();
    this.port = typeof address === "object" && address ? address.port : 0;
  }

  async cut(): Promise<void> {
    const closed = new Promise((resolve) => this.#server?.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

it("answers again within two seconds of the database's return, however many asked while it was away", async () => {
  const database = await createTestDatabase();
  closers.push(() => database.drop());
  const way = new Way(database.appUrl);
  await way.open();
  closers.push(() => way.cut());
  const url = new URL(database.appUrl);
  url.port = String(way.port);
  const handle = openDatabase(url.href);
  closers.push(() => handle.close());
  const ask = () => handle.db.execute(sql`select 1`);
  await Promise.all(Array.from({ length: 10 }, ask));

  await way.cut();
  const until = Date.now() + 4000;
  const askers = Array.from({ length: 10 }, async () => {
    while (Date.now() < until) {
      await ask().catch((error: unknown) => expect(isDatabaseUnavailable(error)).toBe(true));
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  await new Promise((resolve) => setTimeout(resolve, until - Date.now()));
  await way.open();
  const back = Date.now();
  await Promise.all([...askers, ...Array.from({ length: 10 }, ask)]);
  expect(Date.now() - back).toBeLessThan(2000);
}, 30_000);
