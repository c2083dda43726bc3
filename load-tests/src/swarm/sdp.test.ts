import type { TransportOptions } from "@rostrum/protocol";
import { describe, expect, it } from "vitest";
import { offerSdp, receiverCapabilities } from "./sdp.ts";

const transport: TransportOptions = {
  id: "t",
  iceParameters: { usernameFragment: "user", password: "pass", iceLite: true },
  iceCandidates: [
    { foundation: "f1", priority: 9, address: "127.0.0.1", port: 4470, protocol: "udp", type: "host" },
    { foundation: "f2", priority: 8, address: "127.0.0.1", port: 4470, protocol: "tcp", type: "host" },
  ],
  dtlsParameters: { role: "auto", fingerprints: [{ algorithm: "sha-256", value: "AB:CD" }] },
};
const opus = { mimeType: "audio/opus", payloadType: 100, clockRate: 48000, channels: 2 };
const h264 = {
  mimeType: "video/H264",
  preferredPayloadType: 103,
  clockRate: 90000,
  parameters: { "packetization-mode": 1, "profile-level-id": "42e01f" },
  rtcpFeedback: [{ type: "nack" }, { type: "nack", parameter: "pli" }],
};

describe("offerSdp", () => {
  const sdp = offerSdp(
    transport,
    [
      { mid: "audio", codecs: [opus], streams: [{ ssrc: 11, cname: "c" }] },
      { mid: "video", codecs: [h264], streams: [{ ssrc: 21, rtxSsrc: 22, cname: "c" }] },
    ],
    3,
  );

  it("lists every SSRC in the section of its kind", () => {
    const [, audio = "", video = ""] = sdp.split("m=");
    expect(audio).toContain("a=ssrc:11 cname:c");
    expect(audio).toContain("a=rtpmap:100 opus/48000/2");
    expect(video).toContain("a=ssrc-group:FID 21 22\r\na=ssrc:21 cname:c\r\na=ssrc:22 cname:c");
    expect(video).toContain("a=fmtp:103 packetization-mode=1;profile-level-id=42e01f");
    expect(video).toContain("a=rtcp-fb:103 nack\r\na=rtcp-fb:103 nack pli\r\n");
  });

  it("offers UDP candidates only, in one bundle, with the version given", () => {
    expect(sdp.match(/a=candidate:/g)).toHaveLength(2);
    expect(sdp).not.toContain(" tcp ");
    expect(sdp).toContain("a=group:BUNDLE audio video");
    expect(sdp).toContain("o=edge 1 3 IN");
    expect(sdp).toContain("a=fingerprint:sha-256 AB:CD");
  });
});

describe("receiverCapabilities", () => {
  it("leaves bandwidth estimation out and retransmission in", () => {
    const feedback = [...h264.rtcpFeedback, { type: "goog-remb" }, { type: "transport-cc" }];
    const { codecs } = receiverCapabilities({ codecs: [{ ...h264, rtcpFeedback: feedback }] });
    expect(codecs[0]?.rtcpFeedback).toEqual(h264.rtcpFeedback);
  });
});
