/** A device that could not be opened, and why: the keys of its words. */
export type DeviceFault = {
  device: "camera" | "microphone" | "screen";
  why: "refused" | "missing" | "busy" | "broken";
};

const reasons: Partial<Record<string, DeviceFault["why"]>> = {
  NotAllowedError: "refused",
  NotFoundError: "missing",
  NotReadableError: "busy",
};

/** Why a device could not be opened (W3C mediacapture-streams: getUserMedia). */
export function deviceFault(error: unknown, device: DeviceFault["device"]): DeviceFault {
  const name = error instanceof DOMException ? error.name : "";
  return { device, why: reasons[name] ?? "broken" };
}

async function firstTrack(stream: MediaStream, kind: "audio" | "video"): Promise<MediaStreamTrack> {
  const track = stream.getTracks().find((candidate) => candidate.kind === kind);
  if (!track) throw new DOMException("no track", "NotFoundError");
  return track;
}

export async function openCamera(): Promise<MediaStreamTrack> {
  const stream = await navigator.mediaDevices.getUserMedia({
    video: { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } },
  });
  return firstTrack(stream, "video");
}

export async function openMicrophone(): Promise<MediaStreamTrack> {
  const stream = await navigator.mediaDevices.getUserMedia({
    audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true },
  });
  return firstTrack(stream, "audio");
}

/** The picture of a screen, window or tab, and its sound when the person shares it too. */
export async function openScreen(): Promise<{
  video: MediaStreamTrack;
  audio: MediaStreamTrack | undefined;
}> {
  const stream = await navigator.mediaDevices.getDisplayMedia({
    video: { frameRate: { ideal: 15, max: 30 } },
    audio: true,
  });
  return { video: await firstTrack(stream, "video"), audio: stream.getAudioTracks()[0] };
}
