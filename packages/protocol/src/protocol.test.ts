import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  closeCodes,
  DisplayName,
  ErrorCode,
  edgeMethods,
  httpStatus,
  limits,
  RequestFrame,
  RoomEventBody,
  RostrumError,
  RtpParameters,
  ServerFrame,
  stageMethods,
} from "./index.ts";

describe("names shown to other people", () => {
  it("refuses control, bidi and zero-width characters and trims", () => {
    expect(DisplayName.parse("  Ada Lovelace ")).toBe("Ada Lovelace");
    for (const bad of ["a\u0000b", "a\u202Eb", "a\u200Bb", "a\nb", "", "x".repeat(81)]) {
      expect(DisplayName.safeParse(bad).success, JSON.stringify(bad)).toBe(false);
    }
  });
});

describe("frames", () => {
  it("accepts exactly what it documents, whatever is thrown at it", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const parsed = RequestFrame.safeParse(value);
        if (!parsed.success) return;
        expect(Object.keys(parsed.data).every((key) => ["id", "method", "data"].includes(key))).toBe(true);
        expect(parsed.data.method.length).toBeLessThanOrEqual(64);
      }),
    );
  });

  it("tells an answer from an event", () => {
    expect(ServerFrame.safeParse({ id: 1, ok: true }).success).toBe(true);
    expect(ServerFrame.safeParse({ event: "room.event", data: {} }).success).toBe(true);
    expect(ServerFrame.safeParse({ id: 1, event: "both" }).success).toBe(false);
  });
});

describe("media messages", () => {
  it("refuse unknown fields, so that identity cannot be smuggled in", () => {
    for (const table of [edgeMethods, stageMethods]) {
      const forged = {
        transportId: "t",
        dtlsParameters: { fingerprints: [] },
        participantId: "someone-else",
      };
      expect(table["transport.connect"].request.safeParse(forged).success).toBe(false);
    }
  });

  it("refuse RTP parameters past the size cap", () => {
    const codecs = Array.from({ length: 30 }, () => ({ mimeType: "video/VP8", note: "x".repeat(2000) }));
    expect(RtpParameters.safeParse({ codecs }).success).toBe(false);
    expect(JSON.stringify({ codecs }).length).toBeGreaterThan(limits.rtpBytes);
  });
});

describe("errors", () => {
  it("have an HTTP status each and a wire form without the cause", () => {
    for (const code of ErrorCode.options) expect(httpStatus(code)).toBeGreaterThanOrEqual(400);
    const error = new RostrumError("input.invalid", "Enter a name.", {
      field: "name",
      cause: new Error("inner"),
    });
    expect(error.toWire()).toEqual({ code: "input.invalid", message: "Enter a name.", field: "name" });
  });

  it("close codes are unique", () => {
    const codes = Object.values(closeCodes).map((entry) => entry.code);
    expect(new Set(codes).size).toBe(codes.length);
  });
});

describe("room events", () => {
  it("need a known type", () => {
    expect(RoomEventBody.safeParse({ type: "room.emptied" }).success).toBe(false);
    expect(
      RoomEventBody.safeParse({ type: "hand.lowered", participantId: crypto.randomUUID() }).success,
    ).toBe(true);
  });
});
