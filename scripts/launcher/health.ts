import { connect } from "node:net";

/** How a process shows that it may be used. */
export type Ready =
  | { kind: "http"; url: string }
  | { kind: "tcp"; host: string; port: number }
  | { kind: "ask"; ask: () => Promise<string | undefined> }
  | { kind: "alive"; ms: number };

/** One look; the reason when it is not ready. */
export async function probe(ready: Ready, startedAt: number): Promise<string | undefined> {
  if (ready.kind === "http") return await probeHttp(ready.url);
  if (ready.kind === "tcp") return await probeTcp(ready.host, ready.port);
  if (ready.kind === "ask") return await ready.ask();
  return Date.now() - startedAt >= ready.ms ? undefined : "starting";
}

async function probeHttp(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000), redirect: "manual" });
    const text = await response.text();
    if (response.ok) return undefined;
    return faultsIn(text) ?? `answers ${response.status}`;
  } catch (error) {
    const cause =
      error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined)?.code : undefined;
    return cause === "ECONNREFUSED" ? "not listening yet" : `no answer (${cause ?? "timeout"})`;
  }
}

/** The faults that a service names in the body of its /ready. */
function faultsIn(body: string): string | undefined {
  try {
    const { checks } = JSON.parse(body) as { checks?: unknown };
    return Array.isArray(checks) && checks.length > 0 ? checks.join(", ") : undefined;
  } catch {
    return undefined;
  }
}

/** Exchange a few bytes: send `hello` (when given) and wait for `expect`, at most 3 s. */
function converse(host: string, port: number, hello = "", expect = ""): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    let heard = "";
    const end = (fault: string | undefined): void => {
      socket.destroy();
      resolve(fault);
    };
    socket.setTimeout(3000, () => end("no answer"));
    socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
    socket.on("connect", () => {
      if (expect === "") end(undefined);
      else socket.write(hello);
    });
    socket.on("data", (data) => {
      heard += data.toString("latin1");
      if (heard.includes(expect)) end(undefined);
      else if (heard.startsWith("-") || heard.includes("\n-")) end(heard.trim().split("\n").at(-1));
    });
  });
}

export const probeTcp = (host: string, port: number): Promise<string | undefined> => converse(host, port);

/** PING of a redis:// URL, with its password. TLS (rediss://) is only checked to accept a connection. */
export function probeRedis(url: string): Promise<string | undefined> {
  const { hostname, port, username, password, protocol } = new URL(url);
  if (protocol !== "redis:") return converse(hostname, Number(port || 6379));
  const words = [username, password].filter((word) => word !== "").map(decodeURIComponent);
  const auth = password === "" ? "" : `AUTH ${words.join(" ")}\r\n`;
  return converse(hostname, Number(port || 6379), `${auth}PING\r\n`, "+PONG");
}
