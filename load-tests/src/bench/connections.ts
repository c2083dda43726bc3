import type { Page } from "playwright-core";

type Collected = { rostrumConnections?: RTCPeerConnection[] };

/** Runs in a page before its scripts: keeps its connections, whose statistics nobody else can ask for. */
export function collectConnections(): void {
  const kept: RTCPeerConnection[] = [];
  (globalThis as Collected).rostrumConnections = kept;
  globalThis.RTCPeerConnection = new Proxy(RTCPeerConnection, {
    construct(target, parameters) {
      const made = Reflect.construct(target, parameters) as RTCPeerConnection;
      kept.push(made);
      return made;
    },
  });
}

/** A picture as it arrives: `video/VP9`, and the size of what was decoded last, 0 before the first. */
export type IncomingPicture = { codec: string; width: number; frames: number };

/** The pictures that a page receives now, the bandwidth probes left out. */
export const incomingPictures = (page: Page): Promise<IncomingPicture[]> =>
  page.evaluate(async () => {
    const found: IncomingPicture[] = [];
    for (const connection of (globalThis as Collected).rostrumConnections ?? []) {
      if (connection.connectionState === "closed") continue;
      const report = await connection.getStats();
      for (const stat of report.values()) {
        if (stat.type !== "inbound-rtp" || stat.kind !== "video" || stat.mid === "probator") continue;
        const codec = (report.get(stat.codecId) as { mimeType?: string } | undefined)?.mimeType ?? "";
        found.push({ codec, width: stat.frameWidth ?? 0, frames: stat.framesDecoded ?? 0 });
      }
    }
    return found;
  });
