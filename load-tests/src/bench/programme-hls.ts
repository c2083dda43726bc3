import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { Product } from "../e2e/product.ts";
import { type HlsGlass, measureHlsGlass } from "./programme-glass.ts";
import { measureViewers, type ViewersResult } from "./programme-viewers.ts";

export type HlsResult = HlsGlass & ViewersResult;

export const noHls: HlsResult = {
  llhlsP50Ms: null,
  llhlsLongestFreezeMs: null,
  hlsP50Ms: null,
  hlsViewers: null,
  playlistP95Ms: null,
  segmentP95Ms: null,
  hlsServerCores: null,
  originRequestsPerPart: null,
  originRequestsPerPlaylist: null,
};

const portBase = Number(process.env.ROSTRUM_BENCH_PORT_BASE ?? 6200);

/** The broadcast as viewers have it: how late, how many at a time, and what a cache in front leaves to the server. */
export async function measureHls({ short }: { short: boolean }): Promise<HlsResult> {
  const home = mkdtempSync(path.join(tmpdir(), "rostrum-bench-"));
  let product: Product | undefined;
  try {
    product = await Product.start({ home, portBase, timeoutMs: 300_000 });
    const glass = await measureHlsGlass(product, short);
    return { ...glass, ...(await measureViewers(product, { short, portBase })) };
  } finally {
    await product?.stop();
    rmSync(home, { recursive: true, force: true });
  }
}
