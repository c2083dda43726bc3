import { readFileSync } from "node:fs";
import { descendants } from "../e2e/product.ts";

const field = (pid: number, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
};

const rssMbOf = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+) kB/m.exec(field(pid, "status"))?.[1] ?? 0) / 1024;

/** Resident memory of every process of the product, MB; children are named after their parent and program. */
export function memoryByProcess(pids: Record<string, number>): Record<string, number> {
  const rows: Record<string, number> = {};
  for (const [name, pid] of Object.entries(pids)) {
    rows[name] = (rows[name] ?? 0) + rssMbOf(pid);
    for (const child of descendants(pid)) {
      const program = field(child, "comm").trim();
      const key = `${name}/${program}`;
      rows[key] = (rows[key] ?? 0) + rssMbOf(child);
    }
  }
  return Object.fromEntries(Object.entries(rows).map(([name, mb]) => [name, Math.round(mb)]));
}
