import type { TransportOptions } from "@rostrum/protocol";

/** A codec as mediasoup lists it in router capabilities and consumer parameters. */
export type Codec = {
  kind?: "audio" | "video";
  mimeType: string;
  preferredPayloadType?: number;
  payloadType?: number;
  clockRate: number;
  channels?: number;
  parameters?: Record<string, unknown>;
  rtcpFeedback?: { type: string; parameter?: string }[];
};

/** One stream of a section: a consumer's media or its retransmissions (RFC 4588 §8.3). */
export type OfferedStream = { ssrc: number; rtxSsrc?: number; cname: string };
export type OfferedSection = { mid: "audio" | "video"; codecs: Codec[]; streams: OfferedStream[] };

type Ice = { usernameFragment: string; password: string };
type Fingerprint = { algorithm: string; value: string };
type Candidate = { foundation: string; priority: number; address: string; port: number; protocol: string };

/**
 * The server's side of a receive transport as the SDP offer that libdatachannel wants (RFC 8866, RFC 8829 §5.2.1): ICE-lite,
 * one bundle, a section for each kind that holds the SSRCs of all consumers of that kind.
 */
export function offerSdp(options: TransportOptions, sections: OfferedSection[], version: number): string {
  const { fingerprints } = options.dtlsParameters as { fingerprints: Fingerprint[] };
  const fingerprint = fingerprints.find(({ algorithm }) => algorithm === "sha-256");
  if (!fingerprint) throw new Error("the transport has no SHA-256 fingerprint");
  return [
    "v=0",
    `o=edge 1 ${version} IN IP4 127.0.0.1`,
    "s=-",
    "t=0 0",
    "a=ice-lite",
    `a=group:BUNDLE ${sections.map(({ mid }) => mid).join(" ")}`,
    `a=fingerprint:sha-256 ${fingerprint.value}`,
    ...sections.flatMap((section) => sectionLines(options, section)),
    "",
  ].join("\r\n");
}

function sectionLines(options: TransportOptions, { mid, codecs, streams }: OfferedSection): string[] {
  const ice = options.iceParameters as Ice;
  const candidates = (options.iceCandidates as Candidate[]).filter(({ protocol }) => protocol === "udp");
  return [
    `m=${mid} 9 UDP/TLS/RTP/SAVPF ${codecs.map(payloadTypeOf).join(" ")}`,
    "c=IN IP4 0.0.0.0",
    `a=mid:${mid}`,
    "a=sendonly",
    "a=rtcp-mux",
    ...codecs.flatMap(codecLines),
    ...streams.flatMap(({ ssrc, rtxSsrc, cname }) => [
      ...(rtxSsrc === undefined ? [] : [`a=ssrc-group:FID ${ssrc} ${rtxSsrc}`]),
      `a=ssrc:${ssrc} cname:${cname}`,
      ...(rtxSsrc === undefined ? [] : [`a=ssrc:${rtxSsrc} cname:${cname}`]),
    ]),
    `a=ice-ufrag:${ice.usernameFragment}`,
    `a=ice-pwd:${ice.password}`,
    "a=setup:actpass",
    ...candidates.map(
      ({ foundation, priority, address, port }) =>
        `a=candidate:${foundation} 1 udp ${priority} ${address} ${port} typ host`,
    ),
    "a=end-of-candidates",
  ];
}

export function payloadTypeOf(codec: Codec): number {
  const type = codec.payloadType ?? codec.preferredPayloadType;
  if (type === undefined) throw new Error(`${codec.mimeType} has no payload type`);
  return type;
}

function codecLines(codec: Codec): string[] {
  const type = payloadTypeOf(codec);
  const name = codec.mimeType.split("/")[1];
  const channels = codec.channels && codec.channels > 1 ? `/${codec.channels}` : "";
  const parameters = Object.entries(codec.parameters ?? {}).map(([key, value]) => `${key}=${value}`);
  return [
    `a=rtpmap:${type} ${name}/${codec.clockRate}${channels}`,
    ...(parameters.length > 0 ? [`a=fmtp:${type} ${parameters.join(";")}`] : []),
    ...(codec.rtcpFeedback ?? []).map(({ type: kind, parameter }) =>
      `a=rtcp-fb:${type} ${kind} ${parameter ?? ""}`.trimEnd(),
    ),
  ];
}

/** What a receiver of the swarm takes: no bandwidth estimation (goog-remb, transport-cc) and no header extensions. */
export function receiverCapabilities(router: { codecs?: unknown }): {
  codecs: Codec[];
  headerExtensions: [];
} {
  const codecs = ((router.codecs ?? []) as Codec[]).map((codec) => ({
    ...codec,
    rtcpFeedback: (codec.rtcpFeedback ?? []).filter(({ type }) => type === "nack" || type === "ccm"),
  }));
  return { codecs, headerExtensions: [] };
}
