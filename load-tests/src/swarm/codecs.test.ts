import { expect, it } from "vitest";
import { receiverCapabilities } from "./codecs.ts";

it("leaves bandwidth estimation out and retransmission in", () => {
  const kept = [{ type: "nack" }, { type: "nack", parameter: "pli" }];
  const h264 = { mimeType: "video/H264", preferredPayloadType: 103, clockRate: 90000 };
  const feedback = [...kept, { type: "goog-remb" }, { type: "transport-cc" }];
  const { codecs } = receiverCapabilities({ codecs: [{ ...h264, rtcpFeedback: feedback }] });
  expect(codecs).toEqual([{ ...h264, rtcpFeedback: kept }]);
});
