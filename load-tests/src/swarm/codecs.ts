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
