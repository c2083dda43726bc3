import { createSocket } from "node:dgram";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { Trouble } from "./trouble.ts";

/** Every port, as an offset from the base. docs/operations.md shows the same table. */
export function portsOf(base: number) {
  return {
    web: base,
    jobs: base + 1,
    smtp: base + 2,
    inbox: base + 3,
    origin: base + 10,
    origin2: base + 11,
    egress: base + 30,
    rtmp: base + 31,
    ingestRtmp: base + 32,
    postgres: base + 40,
    redis: base + 41,
    turn: base + 50,
    originRtc: base + 60,
    origin2Rtc: base + 65,
    originPipes: [base + 100, base + 124],
    origin2Pipes: [base + 125, base + 149],
  } as const;
}
export type Ports = ReturnType<typeof portsOf>;

/** The second origin of a machine stands by for the first. */
export const originNames = ["origin", "origin-2"] as const;
export type OriginName = (typeof originNames)[number];

/** The edges of one machine, at most. */
export const edgeNames = [
  "edge-1",
  "edge-2",
  "edge-3",
  "edge-4",
  "edge-5",
  "edge-6",
  "edge-7",
  "edge-8",
  "edge-9",
] as const;
export type EdgeName = (typeof edgeNames)[number];

/** Ports of an edge: two fit among the others, each further one has a block of 35 after them. */
export function edgePorts(base: number, name: EdgeName) {
  const number = edgeNames.indexOf(name) + 1;
  const block = base + 250 + (number - 3) * 35;
  const [rtc, pipes] = number < 3 ? [base + 60 + number * 10, base + 125 + number * 25] : [block, block + 10];
  return { http: base + 20 + number, rtc, pipes: [pipes, pipes + 24] } as const;
}

/** Highest offset in use with this many edges. */
export const highestOffset = (edges: number): number => 249 + Math.max(0, edges - 2) * 35;

export type PortNeed = { port: number; protocol: "tcp" | "udp"; ip: string; what: string };

function bindTcp(need: PortNeed): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(error));
    server.listen({ port: need.port, host: need.ip, exclusive: true }, () =>
      server.close(() => resolve(null)),
    );
  });
}

function bindUdp(need: PortNeed): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const socket = createSocket(need.ip.includes(":") ? "udp6" : "udp4");
    socket.once("error", (error) => {
      socket.close();
      resolve(error);
    });
    socket.bind({ port: need.port, address: need.ip, exclusive: true }, () =>
      socket.close(() => resolve(null)),
    );
  });
}

/** The needs that cannot be had, each with the system's reason. */
export async function takenPorts(needs: PortNeed[]): Promise<{ need: PortNeed; code: string }[]> {
  const taken: { need: PortNeed; code: string }[] = [];
  for (const need of needs) {
    const error = await (need.protocol === "tcp" ? bindTcp(need) : bindUdp(need));
    if (error) taken.push({ need, code: error.code ?? "?" });
  }
  return taken;
}

/** Wait up to `patienceMs` for ports that a run just ended is giving back, then throw Trouble naming the holder. */
export async function requirePorts(needs: PortNeed[], patienceMs: number): Promise<void> {
  const deadline = Date.now() + patienceMs;
  let taken = await takenPorts(needs);
  while (taken.length > 0 && Date.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 250));
    taken = await takenPorts(taken.map((one) => one.need));
  }
  const first = taken[0];
  if (!first) return;
  const { need, code } = first;
  if (code === "EADDRNOTAVAIL") {
    throw new Trouble(
      `${need.ip} is not an address of this machine`,
      "set ROSTRUM_LISTEN_IP to one of its own",
    );
  }
  const holder = portHolder(need.port, need.protocol);
  const more = taken.length > 1 ? ` (and ${taken.length - 1} more)` : "";
  throw new Trouble(
    `port ${need.port} for ${need.what} is taken${holder ? ` by ${holder}` : ""}${more}`,
    "stop that program, or choose other ports with ROSTRUM_PORT_BASE=<number>",
  );
}

/** "name (pid 12)" of the process with that port open, from /proc; undefined when it cannot be seen. */
export function portHolder(port: number, protocol: "tcp" | "udp"): string | undefined {
  try {
    const inode = socketInode(port, protocol);
    return inode ? processWithInode(inode) : undefined;
  } catch {
    return undefined; // Not Linux, or not ours to look at: the port's number must do.
  }
}

function socketInode(port: number, protocol: "tcp" | "udp"): string | undefined {
  const hex = port.toString(16).toUpperCase().padStart(4, "0");
  for (const file of [`/proc/net/${protocol}`, `/proc/net/${protocol}6`]) {
    for (const line of readFileSync(file, "utf8").split("\n").slice(1)) {
      const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
      const bound = protocol === "udp" || state === "0A"; // 0A is LISTEN
      if (local?.endsWith(`:${hex}`) && bound) return inode;
    }
  }
  return undefined;
}

function processWithInode(inode: string): string | undefined {
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    if (openFiles(pid).includes(`socket:[${inode}]`)) {
      return `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (pid ${pid})`;
    }
  }
  return undefined;
}

/** Empty for a process that is gone or another user's; a file closed meanwhile is left out. */
function openFiles(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}
