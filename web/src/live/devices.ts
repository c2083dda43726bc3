/** Why a device could not be opened, in words that say what to do. */
export function deviceFault(error: unknown, device: "camera" | "microphone" | "screen"): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError") {
    return device === "screen"
      ? "Sharing was cancelled."
      : `The browser blocks the ${device}. Allow it in the address bar and try again.`;
  }
  if (name === "NotFoundError") return `No ${device} was found. Plug one in and try again.`;
  if (name === "NotReadableError")
    return `The ${device} is used by another program. Close it there and try again.`;
  return `The ${device} could not be opened.`;
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
