import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { writeAnswer } from "./answer.ts";
import { readOffer, rtpParametersOf } from "./offer.ts";
import { Refusal } from "./refusal.ts";

const sample = (name: string): string =>
  readFileSync(new URL(`../../test/samples/${name}.sdp`, import.meta.url), "utf8").replaceAll("\n", "\r\n");
const chromium = sample("chromium-simulcast");
const obs = sample("obs");

const statusOf = (text: string): number | undefined => {
  try {
    readOffer(text);
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.status;
    throw error;
  }
};

const transport = {
  iceParameters: { usernameFragment: "ours", password: "secret" },
  iceCandidates: [
    { foundation: "udp", priority: 1, address: "192.0.2.1", protocol: "udp", port: 40_000, type: "host" },
    {
      foundation: "tcp",
      priority: 2,
      address: "192.0.2.1",
      protocol: "tcp",
      port: 40_000,
      type: "host",
      tcpType: "passive",
    },
  ],
  dtlsParameters: { fingerprints: [{ algorithm: "sha-256", value: "AA:BB" }] },
} as unknown as Parameters<typeof writeAnswer>[2];

const answerTo = (text: string): string => {
  const offer = readOffer(text);
  const accepted = offer.sections.flatMap((section) => {
    const [codec] = section.media?.codecs ?? [];
    return codec ? [{ section, codec, extensions: section.media?.extensions.slice(0, 1) ?? [] }] : [];
  });
  return writeAnswer(offer, accepted, transport);
};

describe("a WHIP offer", () => {
  it("of Chromium with simulcast names its layers from the smallest picture up", () => {
    const { sections, dtls, iceUfrag } = readOffer(chromium);
    const [video, audio, data] = sections;
    expect(video?.media?.rids).toEqual(["l", "m", "h"]);
    expect(video?.media?.codecs[0]).toMatchObject({ name: "VP8", payloadType: 96, rtx: 97 });
    // Mode 0 is not among them.
    expect(video?.media?.codecs.filter(({ name }) => name === "H264")).toHaveLength(3);
    expect(audio?.media?.codecs.map(({ name }) => name)).toEqual(["opus"]);
    expect(data?.media).toBeUndefined();
    expect(dtls.role).toBe("client");
    expect(iceUfrag).toBe("5H+E");
  });

  it("takes an unknown simulcast list as the standard has it: the first is the best", () => {
    const renamed = chromium.replaceAll("rid:l ", "rid:a ").replace("send l;m;h", "send h;m;a");
    expect(readOffer(renamed).sections[0]?.media?.rids).toEqual(["a", "m", "h"]);
  });

  it("of OBS has its SSRCs, and ICE and DTLS for the whole session", () => {
    const { sections, iceUfrag } = readOffer(obs);
    const video = sections[1];
    expect(iceUfrag).toBe("jGDM");
    const [codec] = video?.media?.codecs ?? [];
    if (!video || !codec) throw new Error("no video");
    const { encodings, codecs, mid } = rtpParametersOf(video, codec, []);
    expect({ encodings, mid }).toEqual({ encodings: [{ ssrc: 1270583192 }], mid: "1" });
    expect(codecs[0]?.parameters).toMatchObject({ "profile-level-id": "42e01f" });
  });

  it("is refused when it cannot be read, or nothing in it can be taken", () => {
    expect(statusOf("hello")).toBe(400);
    expect(statusOf("v=0\r\n")).toBe(400);
    expect(statusOf(obs.replace(/^a=ice-ufrag.*\r\n/m, ""))).toBe(400);
    expect(statusOf(obs.replaceAll("a=sendonly", "a=recvonly"))).toBe(422);
    expect(statusOf(obs.replace("H264/90000", "AV1/90000").replace("opus/48000", "PCMA/8000"))).toBe(422);
    expect(statusOf(obs.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE 0"))).toBe(422);
    expect(statusOf(obs.replace("H264/90000", "AV1/90000"))).toBeUndefined();
  });

  it("takes one picture and one sound, and declines the rest", () => {
    const second = obs.slice(obs.indexOf("m=video")).replace("a=mid:1", "a=mid:2");
    const { sections } = readOffer(obs + second);
    expect(sections.map(({ media }) => media?.kind)).toEqual(["audio", "video", undefined]);
  });
});

describe("the answer", () => {
  it("receives what was offered, in the same order, and declines data", () => {
    const answer = answerTo(chromium);
    expect([...answer.matchAll(/^m=(\S+) (\d+)/gm)].map(([, type, port]) => `${type} ${port}`)).toEqual([
      "video 9",
      "audio 9",
      "application 0",
    ]);
    expect(answer).toContain("a=group:BUNDLE 0 1\r\n");
    expect(answer).toContain("a=simulcast:recv l;m;h\r\n");
    expect(answer).toContain("a=ice-lite\r\n");
    expect(answer.match(/^a=recvonly\r$/gm)).toHaveLength(2);
    expect(answer).toContain("a=setup:passive\r\n");
    expect(answer).toContain("a=candidate:tcp 1 tcp 2 192.0.2.1 40000 typ host tcptype passive\r\n");
  });

  it("has no simulcast where none was offered, and repeats the profile", () => {
    const answer = answerTo(obs);
    expect(answer).not.toContain("simulcast");
    expect(answer).toContain("profile-level-id=42e01f");
  });

  it("takes the other DTLS role when the offer is passive", () => {
    expect(readOffer(obs.replace("setup:actpass", "setup:passive")).dtls.role).toBe("server");
    expect(answerTo(obs.replace("setup:actpass", "setup:passive"))).toContain("a=setup:active\r\n");
  });
});
