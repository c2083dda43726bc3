import { type IceServer, MediaPath } from "@rostrum/protocol";

/**
 * How a browser finds its way to the stage. ICE tries UDP and TCP to the media port together; when neither has worked
 * after `directMs`, a relay over UDP joins in, so that relays serve those who need one; after `relayMs` more those over TCP
 * and TLS do: asked all at once, a browser holds one of each for as long as it is there, and may stay on a worse one that
 * answered first. After `patienceMs` in all it is HLS.
 */
export type Reach =
  | { step: "direct" | "relay" | "everything"; since: number }
  | { step: "through"; path: MediaPath }
  | { step: "hls"; reason: string };

/** What happened, besides time passing. */
export type ReachInput = { type: "time" } | { type: "connected"; path: MediaPath } | { type: "failed" };

/** What worked the last time, on this browser. */
export type Remembered = { path: MediaPath; at: number };

export const directMs = 1500;
/** A relay over UDP needs five round trips. */
export const relayMs = 1000;
/** Leaves three seconds of the eight that a join may take for everything before and after. */
export const patienceMs = 5000;
/** For so long WebRTC is not tried again where it did not get through, unless somebody asks. */
export const hlsMemoryMs = 10 * 60_000;
/** A relay that was needed within this time is asked at once. */
const relayMemoryMs = 7 * 24 * 3600_000;

export const noWebRtc = "this browser has no WebRTC";
const notThrough = `WebRTC did not get through in ${patienceMs / 1000} s`;

/** The first step, which also says whether relays are asked from the start. */
export function beginReach(known: { remembered: Remembered | null; relays: boolean }, now: number): Reach {
  const { remembered, relays } = known;
  if (!relays) return { step: "everything", since: now };
  const lately = remembered !== null && now - remembered.at < relayMemoryMs;
  if (!lately || !remembered.path.startsWith("turn-")) return { step: "direct", since: now };
  return { step: remembered.path === "turn-udp" ? "relay" : "everything", since: now };
}

/** Pure; steps never go back. */
export function nextReach(reach: Reach, input: ReachInput, now: number): Reach {
  if (reach.step === "hls") return reach;
  if (input.type === "connected") return { step: "through", path: input.path };
  // A way that is lost later is the connection's matter: it starts anew, and so does this.
  if (reach.step === "through") return reach;
  const late = input.type === "time" && now - reach.since >= patienceMs;
  if (late || (input.type === "failed" && reach.step === "everything"))
    return { step: "hls", reason: notThrough };
  const tried = now - reach.since;
  if (reach.step === "direct" && (input.type === "failed" || tried >= directMs))
    return { step: "relay", since: reach.since };
  if (reach.step === "relay" && (input.type === "failed" || tried >= directMs + relayMs))
    return { step: "everything", since: reach.since };
  return reach;
}

/** The servers of a step. Where there is no relay over UDP the others take its place. */
export function serversFor(step: Reach["step"], all: readonly IceServer[]): IceServer[] {
  if (step === "direct") return [];
  if (step !== "relay") return [...all];
  // Without a transport it is UDP (RFC 7065 §3.1).
  const overUdp = all
    .map((server) => ({
      ...server,
      urls: server.urls.filter((url) => /^turn:(?!.*transport=tcp)/.test(url)),
    }))
    .filter(({ urls }) => urls.length > 0);
  return overUdp.length > 0 ? overUdp : [...all];
}

/** Why to begin with HLS without trying; undefined when WebRTC is worth a try. */
export function startsWithHls(remembered: Remembered | null, now: number): string | undefined {
  if (remembered?.path !== "hls" || now - remembered.at >= hlsMemoryMs) return undefined;
  const minutes = Math.floor(Math.max(0, now - remembered.at) / 60_000);
  return `WebRTC did not get through here ${minutes === 0 ? "a moment" : `${minutes} min`} ago`;
}

/** Why it is this path and none better, for hosts and support. */
export function reasonOf(path: Exclude<MediaPath, "hls">): string {
  const reasons = {
    udp: "",
    tcp: "UDP is blocked",
    "turn-udp": "the media ports are blocked",
    "turn-tcp": "UDP and the media ports are blocked",
    "turn-tls": "only TLS gets through",
  };
  return reasons[path];
}

type Stat = {
  id: string;
  type: string;
  selectedCandidatePairId?: string;
  localCandidateId?: string;
  nominated?: boolean;
  selected?: boolean;
  state?: string;
  candidateType?: string;
  protocol?: string;
  relayProtocol?: string;
};

/**
 * The path of the selected candidate pair (W3C webrtc-stats: RTCTransportStats, RTCIceCandidatePairStats); undefined
 * while there is none. Firefox names the pair itself instead of in the transport.
 */
export function pathOf(report: Iterable<Stat>): MediaPath | undefined {
  const stats = [...report];
  const chosen = stats.find(({ type }) => type === "transport")?.selectedCandidatePairId;
  const pair = stats.find(({ id, type, selected, nominated, state }) =>
    chosen
      ? id === chosen
      : type === "candidate-pair" && (selected ?? (nominated === true && state === "succeeded")),
  );
  const local = pair && stats.find(({ id }) => id === pair.localCandidateId);
  if (!local) return undefined;
  const { candidateType, protocol, relayProtocol } = local;
  return MediaPath.safeParse(candidateType === "relay" ? `turn-${relayProtocol}` : protocol).data;
}

/** The other way round of `JSON.stringify`; null for anything that is none of ours. */
export function parseRemembered(text: string | null): Remembered | null {
  try {
    const { path, at } = JSON.parse(text ?? "null") as { path?: unknown; at?: unknown };
    const known = MediaPath.safeParse(path);
    return known.success && typeof at === "number" ? { path: known.data, at } : null;
  } catch {
    return null;
  }
}
