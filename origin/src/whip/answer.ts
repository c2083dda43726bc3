import type { types } from "mediasoup";
import { type MediaDescription, type SessionDescription, write } from "sdp-transform";
import type { Offer, OfferedCodec, OfferedSection } from "./offer.ts";

/** What was agreed for a section: the answer's side of it. */
export type Accepted = {
  section: OfferedSection;
  codec: OfferedCodec;
  extensions: { id: number; uri: string }[];
};

type Transport = Pick<types.WebRtcTransport, "iceParameters" | "iceCandidates" | "dtlsParameters">;

/** Feedback that mediasoup gives; what was offered beyond it is left out. */
const feedback = new Set(["nack ", "nack pli", "ccm fir", "goog-remb ", "transport-cc "]);

/** The answer to a WHIP offer (RFC 9725 §4.2, RFC 8829 §5.3): ICE-lite, every candidate in it, one bundle. */
export function writeAnswer(offer: Offer, accepted: Accepted[], transport: Transport): string {
  const mids = accepted.map(({ section }) => section.mid).join(" ");
  const session = {
    version: 0,
    origin: {
      username: "rostrum",
      sessionId: Date.now(),
      sessionVersion: 1,
      netType: "IN",
      ipVer: 4,
      address: "0.0.0.0",
    },
    name: "-",
    timing: { start: 0, stop: 0 },
    icelite: "ice-lite",
    groups: [{ type: "BUNDLE", mids }],
    msidSemantic: { semantic: "WMS", token: "*" },
    media: offer.sections.map((section) => {
      const agreed = accepted.find((one) => one.section === section);
      return agreed ? taken(agreed, offer, transport) : declined(section);
    }),
  };
  return write(session as unknown as SessionDescription);
}

/** Port 0: not wanted (RFC 3264 §6). */
const declined = ({ type, mid, protocol }: OfferedSection) => ({
  type,
  port: 0,
  protocol,
  payloads: type === "application" ? "webrtc-datachannel" : "0",
  connection: { version: 4, ip: "0.0.0.0" },
  rtp: [],
  fmtp: [],
  ...(mid === "" ? {} : { mid }),
  direction: "inactive",
});

function taken(agreed: Accepted, offer: Offer, transport: Transport): Partial<MediaDescription> {
  const { section, codec, extensions } = agreed;
  const { iceParameters } = transport;
  const fingerprint = transport.dtlsParameters.fingerprints.find(({ algorithm }) => algorithm === "sha-256");
  const rids = section.media?.rids ?? [];
  const description = {
    type: section.type,
    port: 9,
    protocol: section.protocol,
    payloads: [codec.payloadType, ...(codec.rtx === undefined ? [] : [codec.rtx])].join(" "),
    connection: { version: 4, ip: "0.0.0.0" },
    ...(section.mid === "" ? {} : { mid: section.mid }),
    direction: "recvonly",
    rtcpMux: "rtcp-mux",
    rtcpRsize: "rtcp-rsize",
    ...formats(codec),
    ext: extensions.map(({ id, uri }) => ({ value: id, uri })),
    iceUfrag: iceParameters.usernameFragment,
    icePwd: iceParameters.password,
    candidates: candidatesOf(transport),
    endOfCandidates: "end-of-candidates",
    setup: offer.dtls.role === "client" ? "passive" : "active",
    fingerprint: { type: fingerprint?.algorithm ?? "sha-256", hash: fingerprint?.value ?? "" },
    ...(rids.length > 0
      ? {
          rids: rids.map((id) => ({ id, direction: "recv" })),
          simulcast: { dir1: "recv", list1: rids.join(";") },
        }
      : {}),
  };
  return description as unknown as MediaDescription;
}

function formats(codec: OfferedCodec) {
  const fmtp =
    codec.name === "opus" ? "minptime=10;useinbandfec=1;stereo=1" : codec.name === "H264" ? codec.fmtp : "";
  return {
    rtp: [
      {
        payload: codec.payloadType,
        codec: codec.name,
        rate: codec.clockRate,
        ...(codec.channels ? { encoding: codec.channels } : {}),
      },
      ...(codec.rtx === undefined ? [] : [{ payload: codec.rtx, codec: "rtx", rate: codec.clockRate }]),
    ],
    fmtp: [
      ...(fmtp ? [{ payload: codec.payloadType, config: fmtp }] : []),
      ...(codec.rtx === undefined ? [] : [{ payload: codec.rtx, config: `apt=${codec.payloadType}` }]),
    ],
    rtcpFb: codec.feedback
      .filter(({ type, parameter }) => feedback.has(`${type} ${parameter}`))
      .map(({ type, parameter }) => ({
        payload: codec.payloadType,
        type,
        ...(parameter ? { subtype: parameter } : {}),
      })),
  };
}

const candidatesOf = ({ iceCandidates }: Transport) =>
  iceCandidates.map(({ foundation, priority, address, protocol, port, type, tcpType }) => ({
    foundation,
    component: 1,
    transport: protocol,
    priority,
    ip: address,
    port,
    type,
    ...(tcpType ? { tcptype: tcpType } : {}),
  }));

/** The new ICE credentials after a restart, as `application/trickle-ice-sdpfrag` (RFC 8840 §9, RFC 9725 §4.3.2). */
export function writeRestart(mid: string, transport: Transport): string {
  const { usernameFragment, password } = transport.iceParameters;
  return [
    "a=ice-lite",
    `a=ice-ufrag:${usernameFragment}`,
    `a=ice-pwd:${password}`,
    "m=audio 9 RTP/AVP 0",
    ...(mid === "" ? [] : [`a=mid:${mid}`]),
    ...candidatesOf(transport).map(
      ({ foundation, transport: over, priority, ip, port, type, tcptype }) =>
        `a=candidate:${foundation} 1 ${over} ${priority} ${ip} ${port} typ ${type}${tcptype ? ` tcptype ${tcptype}` : ""}`,
    ),
    "a=end-of-candidates",
    "",
  ].join("\r\n");
}
