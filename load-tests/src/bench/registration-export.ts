import { rssKb } from "./audience-cpu.ts";

export type Exported = { ms: number; mb: number; rows: number; rssGrowthMb: number };

/** How often memory is looked at, ms. */
const lookMs = 20;

/**
 * Download a file and throw it away while the memory of the process that makes it is watched. `rows`: lines of a CSV after
 * the header, 0 for a workbook.
 */
export async function timeExport(
  url: string,
  { cookie, webPid }: { cookie: string; webPid: number },
): Promise<Exported> {
  const before = rssKb([webPid]);
  let most = before;
  const looking = setInterval(() => {
    most = Math.max(most, rssKb([webPid]));
  }, lookMs);
  const startedAt = performance.now();
  try {
    const response = await fetch(url, { headers: { cookie }, signal: AbortSignal.timeout(120_000) });
    if (!response.ok || !response.body) throw new Error(`${url}: HTTP ${response.status}`);
    let bytes = 0;
    let lines = 0;
    for await (const chunk of response.body) {
      bytes += chunk.length;
      if (url.includes(".csv")) for (const byte of chunk) if (byte === 10) lines++;
    }
    return {
      ms: Math.round(performance.now() - startedAt),
      mb: Math.round(bytes / 104_857.6) / 10,
      rows: Math.max(0, lines - 1),
      rssGrowthMb: Math.round((most - before) / 1024),
    };
  } finally {
    clearInterval(looking);
  }
}
