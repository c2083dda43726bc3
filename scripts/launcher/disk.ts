import { statfs } from "node:fs/promises";
import { Trouble } from "./trouble.ts";

/** Below this, databases and recordings would fail one by one, each with a message of its own. */
const LEAST_FREE_MB = 500;

/** Throws Trouble when the disk under `folder` is as good as full. */
export async function checkDisk(folder: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  const freeMb = Math.floor((bavail * bsize) / 1024 / 1024);
  if (freeMb < LEAST_FREE_MB) {
    throw new Trouble(
      `only ${freeMb} MB are free under ${folder}`,
      `free at least ${LEAST_FREE_MB} MB, or choose another ROSTRUM_HOME`,
    );
  }
}
