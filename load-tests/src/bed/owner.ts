import { readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { must, run } from "./command.ts";

/** All names of ours begin so; what follows says whose they are: `rst-PID-START-HOST`. */
const pattern = /^rst-(\d+)-(\d+)-/;

/** When a process started, in ticks since boot; undefined when there is none. Tells a pid from one that was reused. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name in brackets may hold spaces: fields are counted after it.
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  } catch {
    return undefined;
  }
}

/** Prefix of the names of this process's bed; `number` tells several beds of one process apart. */
export const ownPrefix = (number: number): string => `rst-${process.pid}-${startOf(process.pid)}-${number}-`;

const allNames = (): string[] => {
  try {
    return readdirSync("/run/netns").filter((name) => pattern.test(name));
  } catch {
    return []; // No namespace was ever made here.
  }
};

/** End what runs in these namespaces and remove them. Idempotent. */
export async function removeNamespaces(names: string[]): Promise<void> {
  for (const signal of ["SIGTERM", "SIGKILL"] as const) {
    const pids = (await Promise.all(names.map(pidsIn))).flat();
    if (pids.length === 0) break;
    for (const pid of pids) {
      try {
        process.kill(pid, signal);
      } catch {
        // Gone meanwhile.
      }
    }
    const deadline = Date.now() + 3000;
    while (Date.now() < deadline && (await Promise.all(names.map(pidsIn))).flat().length > 0)
      await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (const name of names) await run(["ip", "netns", "del", name]);
}

async function pidsIn(name: string): Promise<number[]> {
  const { code, stdout } = await run(["ip", "netns", "pids", name]);
  return code === 0 ? stdout.split("\n").filter(Boolean).map(Number) : [];
}

/** Namespaces of beds whose process is gone, however it went. */
export function orphans(names = allNames()): string[] {
  return names.filter((name) => {
    const [, pid, start] = pattern.exec(name) ?? [];
    return startOf(Number(pid)) !== start;
  });
}

/** Remove what beds left behind whose process was killed: processes, namespaces, files. */
export async function removeOrphans(): Promise<void> {
  await removeNamespaces(orphans());
  for (const name of orphans(readdirSync(tmpdir())))
    rmSync(path.join(tmpdir(), name), { recursive: true, force: true });
}

const tools = ["ip", "nft", "tc", "ethtool", "nsenter", "sysctl", "openssl"];

/** Why there can be no bed here, in one line; undefined when there can. */
export async function bedFault(): Promise<string | undefined> {
  if (process.platform !== "linux") return "network namespaces are a Linux thing";
  if (process.getuid?.() !== 0) return "network namespaces need root";
  for (const tool of tools) {
    const { code } = await run(["/bin/sh", "-c", `command -v ${tool}`]);
    if (code !== 0)
      return `the system lacks ${tool} (apt-get install iproute2 nftables ethtool util-linux procps openssl)`;
  }
  const name = `${ownPrefix(0)}probe`;
  try {
    await must(["ip", "netns", "add", name]);
    await must(["ip", "-n", name, "link", "add", "probe0", "type", "veth", "peer", "name", "probe1"]);
    await must([
      "ip",
      "-n",
      name,
      "link",
      "add",
      "probe2",
      "type",
      "vxlan",
      "id",
      "1",
      "remote",
      "10.0.0.1",
      "dstport",
      "4789",
    ]);
    await must(["nsenter", `--net=/run/netns/${name}`, "nft", "add table inet probe"]);
    return undefined;
  } catch (error) {
    return `this machine permits no network namespaces: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    await run(["ip", "netns", "del", name]);
  }
}
