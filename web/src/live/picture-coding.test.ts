import type { types } from "mediasoup-client";
import { afterEach, describe, expect, it, vi } from "vitest";
import { codingAbilities, codingOf } from "./picture-coding.ts";

const vp8 = { kind: "video", mimeType: "video/VP8", clockRate: 90_000, preferredPayloadType: 96 };
const vp9 = { kind: "video", mimeType: "video/VP9", clockRate: 90_000, preferredPayloadType: 98 };
const codecs = [vp8, vp9] as types.RtpCodecCapability[];
const able = { vp9: codecs[1], svc: true };
const usual = { camera: "simulcast", screen: "vp8" } as const;
const wished = { camera: "svc", screen: "vp9" } as const;

describe("how pictures are coded", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is simulcast of the first codec unless the stage wishes for more", () => {
    expect(codingOf("camera", usual, able)).toMatchObject({ encodings: [{}, {}, { maxBitrate: 1_500_000 }] });
    for (const source of ["camera", "screen"] as const)
      expect(codingOf(source, usual, able).codec).toBeUndefined();
  });

  it("is one VP9 stream in layers where the stage wishes for it and the browser can", () => {
    expect(codingOf("camera", wished, able)).toMatchObject({
      codec: { mimeType: "video/VP9" },
      encodings: [{ scalabilityMode: "L3T3_KEY" }],
    });
    expect(codingOf("screen", wished, able)).toMatchObject({
      codec: { mimeType: "video/VP9" },
      encodings: [{ scalabilityMode: "L1T1", maxFramerate: 15 }],
    });
    expect(codingOf("microphone", wished, able).codec).toBeUndefined();
  });

  it("is as usual where the browser cannot", () => {
    expect(codingOf("camera", wished, { ...able, svc: false })).toEqual(codingOf("camera", usual, able));
    const without = { vp9: undefined, svc: false };
    for (const source of ["camera", "screen"] as const)
      expect(codingOf(source, wished, without)).toEqual(codingOf(source, usual, able));
  });

  it("asks the browser, and takes a refusal for a no", async () => {
    vi.stubGlobal("navigator", { mediaCapabilities: { encodingInfo: async () => ({ supported: true }) } });
    expect(await codingAbilities(codecs)).toEqual({ vp9: codecs[1], svc: true });
    expect(await codingAbilities(codecs.slice(0, 1))).toEqual({ vp9: undefined, svc: false });
    vi.stubGlobal("navigator", {
      mediaCapabilities: { encodingInfo: () => Promise.reject(new TypeError()) },
    });
    expect((await codingAbilities(codecs)).svc).toBe(false);
    vi.stubGlobal("navigator", {});
    expect((await codingAbilities(codecs)).svc).toBe(false);
  });
});
