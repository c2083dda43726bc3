import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { must, run } from "../bed/command.ts";
import { openPorts } from "./sockets.ts";

/**
 * Takes the network from processes of this machine while they run on: what a pulled cable does, on loopback too. Their
 * sockets get a class of their own (cgroup net_cls), and nft drops what these send, what reaches them, and what others
 * send to their ports. No reset tells anybody: as in a partition, both sides are left waiting.
 */
export class Cut {
  readonly #folder: string;
  readonly #group: string;
  readonly #table = `rst_cut_${process.pid}`;
  readonly #class = 0x52_0000 + (process.pid & 0xffff);

  private constructor(folder: string) {
    this.#folder = folder;
    this.#group = path.join(folder, `rostrum-cut-${process.pid}`);
  }

  /** Why nothing can be cut on this machine; undefined when it can. */
  static async fault(): Promise<string | undefined> {
    if (process.getuid?.() !== 0) return "cutting needs root";
    if ((await run(["nft", "--version"])).code !== 0)
      return "the system lacks nft (apt-get install nftables)";
    const groups = existsSync("/proc/cgroups") ? readFileSync("/proc/cgroups", "utf8") : "";
    return /^net_cls\s/m.test(groups) ? undefined : "this kernel has no net_cls";
  }

  static async open(): Promise<Cut> {
    const folder = mkdtempSync(path.join(tmpdir(), "rostrum-net-cls-"));
    await must(["mount", "-t", "cgroup", "-o", "net_cls", "none", folder]);
    const cut = new Cut(folder);
    mkdirSync(cut.#group, { recursive: true });
    writeFileSync(path.join(cut.#group, "net_cls.classid"), String(cut.#class));
    return cut;
  }

  /** From now on these processes, and what they start, reach nobody and are reached by nobody. */
  async apart(pids: readonly number[]): Promise<void> {
    const ports = openPorts(pids).join(", ");
    const toPorts =
      ports === ""
        ? ""
        : `meta cgroup != ${this.#class} meta l4proto { tcp, udp } th dport { ${ports} } drop`;
    await this.#rules(
      `chain output { type filter hook output priority -20; meta cgroup ${this.#class} drop\n ${toPorts}\n }
       chain input { type filter hook input priority -20; meta cgroup ${this.#class} drop\n }`,
    );
    for (const pid of pids) this.#move(pid, this.#group);
  }

  async heal(): Promise<void> {
    await this.#rules("");
    for (const pid of readFileSync(path.join(this.#group, "cgroup.procs"), "utf8").split("\n"))
      if (pid !== "") this.#move(Number(pid), this.#folder);
  }

  async close(): Promise<void> {
    await this.heal();
    await run(["nft", "delete", "table", "inet", this.#table]);
    rmdirSync(this.#group);
    await run(["umount", this.#folder]);
    rmdirSync(this.#folder);
  }

  #move(pid: number, group: string): void {
    try {
      writeFileSync(path.join(group, "cgroup.procs"), String(pid));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  }

  async #rules(chains: string): Promise<void> {
    const table = `table inet ${this.#table}`;
    await must(["nft", "-f", "-"], `${table}\ndelete ${table}\n${table} {\n${chains}\n}\n`);
  }
}
