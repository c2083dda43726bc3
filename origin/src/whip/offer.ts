import type { MediaKind, RtpParameters } from "@rostrum/protocol";
import { type MediaDescription, parse, parseParams, parseSimulcastStreamList } from "sdp-transform";
import { Refusal } from "./refusal.ts";

/** One codec of an offered section, with its retransmission format (RFC 4588) when it has one. */
export type OfferedCodec = {
  payloadType: number;
  name: "opus" | "VP8" | "H264";
  clockRate: number;
  channels?: number;
  /** As offered: the answer repeats it. */
  fmtp: string;
  feedback: { type: string; parameter: string }[];
  rtx?: number;
};

export type OfferedSection = {
  mid: string;
  type: string;
  protocol: string;
  /** What it would carry; absent for sections that are not taken (data, a second camera, receiving). */
  media?: {
    kind: MediaKind;
    /** The offerer's first choice first. */
    codecs: OfferedCodec[];
    extensions: { id: number; uri: string }[];
    /** Simulcast streams (RFC 8853), the smallest picture first; empty without simulcast. */
    rids: string[];
    ssrcs: { ssrc: number; rtx?: number }[];
    cname: string;
  };
};

export type Offer = {
  sections: OfferedSection[];
  /** The offerer's ICE user name: another one is an ICE restart. */
  iceUfrag: string;
  dtls: {
    /** What the offerer is to be. */
    role: "client" | "server";
    fingerprints: { algorithm: string; value: string }[];
  };
};

const names: Record<string, OfferedCodec["name"]> = { opus: "opus", vp8: "VP8", h264: "H264" };

/**
 * A WHIP offer (RFC 9725 §4.2): one bundle that sends at most one picture and one sound; what else it holds is declined.
 * Throws a Refusal: 400 when it cannot be read, 422 when nothing of it can be taken.
 */
export function readOffer(text: string): Offer {
  const sdp = read(text);
  const first = sdp.media.find(({ port }) => port !== 0);
  if (!first) throw new Refusal(400, "The offer has no media.");
  const fingerprint = first.fingerprint ?? sdp.fingerprint;
  const iceUfrag = String(first.iceUfrag ?? sdp.iceUfrag ?? "");
  if (!fingerprint || !iceUfrag) throw new Refusal(400, "The offer has no ICE or DTLS parameters.");
  const taken = new Set<string>();
  const sections = sdp.media.map((media) => sectionOf(media, taken));
  if (taken.size === 0)
    throw new Refusal(422, "The offer sends neither VP8 or H.264 video nor Opus sound that can be taken.");
  const bundle = String(sdp.groups?.find(({ type }) => type === "BUNDLE")?.mids ?? "").split(" ");
  const sent = sections.filter(({ media }) => media);
  if (sent.length > 1 && sent.some(({ mid }) => !bundle.includes(mid)))
    throw new Refusal(422, "Picture and sound must be bundled (RFC 9725).");
  return {
    sections,
    iceUfrag,
    dtls: {
      role: (first.setup ?? sdp.setup) === "passive" ? "server" : "client",
      fingerprints: [{ algorithm: fingerprint.type.toLowerCase(), value: fingerprint.hash.toUpperCase() }],
    },
  };
}

function read(text: string) {
  if (!text.startsWith("v=0")) throw new Refusal(400, "The body is not SDP.");
  try {
    return parse(text);
  } catch (error) {
    throw new Refusal(400, "The SDP cannot be read.", { cause: error });
  }
}

type Media = ReturnType<typeof parse>["media"][number];

function sectionOf(media: Media, taken: Set<string>): OfferedSection {
  const section = { mid: String(media.mid ?? ""), type: media.type, protocol: media.protocol };
  const { type } = media;
  const sends =
    media.direction === undefined || media.direction === "sendonly" || media.direction === "sendrecv";
  if ((type !== "audio" && type !== "video") || media.port === 0 || !sends || taken.has(type)) return section;
  const codecs = codecsOf(media, type);
  if (codecs.length === 0) return section;
  taken.add(type);
  return {
    ...section,
    media: {
      kind: type,
      codecs,
      extensions: (media.ext ?? []).map(({ value, uri }) => ({ id: value, uri })),
      rids: type === "video" ? ridsOf(media) : [],
      ssrcs: ssrcsOf(media),
      cname: String(media.ssrcs?.find(({ attribute }) => attribute === "cname")?.value ?? ""),
    },
  };
}

function codecsOf(media: MediaDescription & Media, kind: MediaKind): OfferedCodec[] {
  const fmtpOf = (payload: number): string =>
    media.fmtp?.find((line) => line.payload === payload)?.config ?? "";
  const order = String(media.payloads ?? "")
    .split(" ")
    .map(Number);
  const listed = order.flatMap((payload) => media.rtp.filter((line) => line.payload === payload));
  return listed.flatMap((line): OfferedCodec[] => {
    const name = names[line.codec.toLowerCase()];
    if (!name || (name === "opus") !== (kind === "audio")) return [];
    const fmtp = fmtpOf(line.payload);
    // Mode 0 has no fragments: a picture would not fit into packets (RFC 6184 §6.2).
    if (name === "H264" && Number(parseParams(fmtp)["packetization-mode"] ?? 0) !== 1) return [];
    const rtx = listed.find(
      ({ codec, payload }) =>
        codec.toLowerCase() === "rtx" && Number(parseParams(fmtpOf(payload)).apt) === line.payload,
    );
    return [
      {
        payloadType: line.payload,
        name,
        clockRate: line.rate ?? (name === "opus" ? 48_000 : 90_000),
        ...(name === "opus" ? { channels: 2 } : {}),
        fmtp,
        feedback: (media.rtcpFb ?? [])
          .filter(({ payload }) => payload === line.payload || String(payload) === "*")
          .map(({ type, subtype }) => ({ type, parameter: subtype ?? "" })),
        ...(rtx ? { rtx: rtx.payload } : {}),
      },
    ];
  });
}

/** Names whose meaning everybody knows, the smallest picture first. */
const knownLadders = [
  ["q", "h", "f"],
  ["l", "m", "h"],
  ["low", "mid", "high"],
  ["low", "medium", "high"],
];

/** Streams in a simulcast line come in the order of preference (RFC 8853 §5.1), taken as the largest first. */
function ridsOf(media: Media): string[] {
  const { simulcast } = media;
  const list =
    simulcast?.dir1 === "send" ? simulcast.list1 : simulcast?.dir2 === "send" ? simulcast.list2 : "";
  if (!list) return [];
  const rids = parseSimulcastStreamList(list)
    .flatMap(([format]) => (format ? [String(format.scid)] : []))
    .slice(0, 4);
  const ladder = knownLadders.find((names) => rids.every((rid) => names.includes(rid)));
  return ladder ? ladder.filter((rid) => rids.includes(rid)) : rids.reverse();
}

function ssrcsOf(media: Media): { ssrc: number; rtx?: number }[] {
  const pairs = (media.ssrcGroups ?? [])
    .filter(({ semantics }) => semantics === "FID")
    .map(({ ssrcs }) => ssrcs.split(" ").map(Number));
  const repairs = new Set(pairs.map(([, rtx]) => rtx));
  const own = [...new Set((media.ssrcs ?? []).map(({ id }) => Number(id)))].filter(
    (ssrc) => !repairs.has(ssrc),
  );
  return own.map((ssrc) => {
    const rtx = pairs.find(([first]) => first === ssrc)?.[1];
    return { ssrc, ...(rtx === undefined ? {} : { rtx }) };
  });
}

/**
 * What the worker is told of a section sent with `codec`. H.264 is named constrained baseline whatever its profile: every
 * browser decodes what encoders send, and none would be offered a profile that it does not list.
 */
export function rtpParametersOf(
  section: OfferedSection,
  codec: OfferedCodec,
  extensions: { id: number; uri: string }[],
): RtpParameters {
  const { media, mid } = section;
  const parameters =
    codec.name === "H264"
      ? { "packetization-mode": 1, "profile-level-id": "42e01f", "level-asymmetry-allowed": 1 }
      : codec.name === "opus"
        ? { useinbandfec: 1, "sprop-stereo": 1 }
        : {};
  return {
    ...(mid === "" ? {} : { mid }),
    codecs: [
      {
        mimeType: `${media?.kind}/${codec.name}`,
        payloadType: codec.payloadType,
        clockRate: codec.clockRate,
        ...(codec.channels ? { channels: codec.channels } : {}),
        parameters,
        rtcpFeedback: codec.feedback,
      },
      ...(codec.rtx === undefined
        ? []
        : [
            {
              mimeType: `${media?.kind}/rtx`,
              payloadType: codec.rtx,
              clockRate: codec.clockRate,
              parameters: { apt: codec.payloadType },
              rtcpFeedback: [],
            },
          ]),
    ],
    headerExtensions: extensions.map((extension) => ({ ...extension, encrypt: false, parameters: {} })),
    encodings: encodingsOf(media),
    rtcp: { cname: media?.cname || "encoder", reducedSize: true },
  };
}

function encodingsOf(media: OfferedSection["media"]): Record<string, unknown>[] {
  if (media && media.rids.length > 0) return media.rids.map((rid) => ({ rid }));
  const [first] = media?.ssrcs ?? [];
  // Neither: the packets say which section they belong to (RFC 8843 §9.2).
  if (!first) return [{}];
  return [{ ssrc: first.ssrc, ...(first.rtx === undefined ? {} : { rtx: { ssrc: first.rtx } }) }];
}
