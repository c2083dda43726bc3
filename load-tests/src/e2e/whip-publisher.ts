import type { Page } from "playwright-core";

export type WhipWish = {
  url: string;
  key: string;
  codec: "VP8" | "H264";
  /** Three sizes of the same picture. */
  simulcast: boolean;
  /** CSS colour of the picture. */
  colour: string;
};

type Publishing = { pc: RTCPeerConnection; location: string; etag: string; key: string };
type Holder = typeof globalThis & { whip?: Publishing };

/** Publish a painted picture and a tone over WHIP (RFC 9725) from a page, as any WHIP client does. Answers the status. */
export function publishWhip(page: Page, wish: WhipWish): Promise<number> {
  return page.evaluate(async ({ url, key, codec, simulcast, colour }) => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [640, 360];
    document.body.append(canvas);
    const context = canvas.getContext("2d");
    let painted = 0;
    setInterval(() => {
      if (!context) return;
      context.fillStyle = colour;
      context.fillRect(0, 0, 640, 360);
      context.fillStyle = "white";
      context.fillRect((painted++ * 8) % 600, 160, 40, 40);
    }, 33);
    const sound = new AudioContext();
    const tone = new OscillatorNode(sound, { frequency: 440 });
    const heard = sound.createMediaStreamDestination();
    tone.connect(heard);
    tone.start();
    const pc = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
    const [picture] = canvas.captureStream(30).getVideoTracks();
    const [audio] = heard.stream.getAudioTracks();
    if (!picture || !audio) throw new Error("nothing to send");
    const sending = pc.addTransceiver(picture, {
      direction: "sendonly",
      ...(simulcast
        ? {
            sendEncodings: [
              { rid: "l", scaleResolutionDownBy: 4 },
              { rid: "m", scaleResolutionDownBy: 2 },
              { rid: "h" },
            ],
          }
        : {}),
    });
    pc.addTransceiver(audio, { direction: "sendonly" });
    const codecs = RTCRtpSender.getCapabilities("video")?.codecs ?? [];
    const wanted = codecs.filter(({ mimeType }) => mimeType === `video/${codec}`);
    sending.setCodecPreferences([...wanted, ...codecs.filter(({ mimeType }) => mimeType === "video/rtx")]);
    await pc.setLocalDescription();
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/sdp" },
      body: pc.localDescription?.sdp ?? "",
    });
    const text = await response.text();
    if (response.status !== 201) {
      pc.close();
      return response.status;
    }
    await pc.setRemoteDescription({ type: "answer", sdp: text });
    const location = response.headers.get("location") ?? "";
    const etag = response.headers.get("etag") ?? "";
    (globalThis as Holder).whip = { pc, location: new URL(location, url).href, etag, key };
    return response.status;
  }, wish);
}

/** End the session as RFC 9725 §4.2 says. Answers the status. */
export const endWhip = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    const { whip } = globalThis as Holder;
    if (!whip) throw new Error("nothing is published");
    const headers = { authorization: `Bearer ${whip.key}` };
    const { status } = await fetch(whip.location, { method: "DELETE", headers });
    whip.pc.close();
    return status;
  });

/** An ICE restart (RFC 9725 §4.3.2): new credentials on both sides while media goes on. Answers both statuses seen. */
export const restartWhip = (page: Page): Promise<{ restart: number; stale: number; connected: boolean }> =>
  page.evaluate(async () => {
    const { whip } = globalThis as Holder;
    const before = whip?.pc.remoteDescription?.sdp;
    if (!whip || !before) throw new Error("nothing is published");
    whip.pc.restartIce();
    const offer = await whip.pc.createOffer();
    await whip.pc.setLocalDescription(offer);
    const line = (sdp: string, name: string) =>
      new RegExp(`^a=${name}:(.*)$`, "m").exec(sdp)?.[1]?.trim() ?? "";
    const sdp = offer.sdp ?? "";
    const body = `a=ice-ufrag:${line(sdp, "ice-ufrag")}\r\na=ice-pwd:${line(sdp, "ice-pwd")}\r\nm=audio 9 RTP/AVP 0\r\na=mid:0\r\n`;
    const patch = (match: string, text: string) =>
      fetch(whip.location, {
        method: "PATCH",
        headers: {
          authorization: `Bearer ${whip.key}`,
          "content-type": "application/trickle-ice-sdpfrag",
          "if-match": match,
        },
        body: text,
      });
    const restarted = await patch("*", body);
    const answer = await restarted.text();
    const renewed = before
      .replace(/^a=ice-ufrag:.*$/gm, `a=ice-ufrag:${line(answer, "ice-ufrag")}`)
      .replace(/^a=ice-pwd:.*$/gm, `a=ice-pwd:${line(answer, "ice-pwd")}`);
    await whip.pc.setRemoteDescription({ type: "answer", sdp: renewed });
    const stale = await patch(whip.etag, body);
    const until = performance.now() + 5000;
    while (whip.pc.iceConnectionState !== "connected" && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 50));
    return {
      restart: restarted.status,
      stale: stale.status,
      connected: whip.pc.iceConnectionState === "connected",
    };
  });
