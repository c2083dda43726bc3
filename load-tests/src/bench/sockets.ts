import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/** Inodes of a process's sockets; none when it has ended. */
export function socketsOf(pid: number): string[] {
  try {
    const folder = `/proc/${pid}/fd`;
    return readdirSync(folder).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${fd}`))?.[1] ?? [];
      } catch {
        return []; // Closed since.
      }
    });
  } catch {
    return [];
  }
}

/** A row of /proc/net/tcp or udp (proc_net_tcp.txt in the kernel's documentation). */
export type SocketRow = { port: number; state: string; inode: string; drops: number };

export function socketTable(protocol: "tcp" | "udp"): SocketRow[] {
  return readFileSync(`/proc/net/${protocol}`, "utf8")
    .split("\n")
    .slice(1)
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const fields = line.trim().split(/\s+/);
      return {
        port: Number.parseInt(fields[1]?.split(":")[1] ?? "", 16),
        state: fields[3] ?? "",
        inode: fields[9] ?? "",
        drops: Number(fields.at(-1)),
      };
    });
}

const listening = "0A";

/** Ports at which these processes can be called: listening TCP, and every UDP socket. */
export function openPorts(pids: readonly number[]): number[] {
  const inodes = new Set(pids.flatMap(socketsOf));
  const rows = [...socketTable("tcp").filter(({ state }) => state === listening), ...socketTable("udp")];
  return [...new Set(rows.filter(({ inode }) => inodes.has(inode)).map(({ port }) => port))];
}
