"use client";
import { useEffect, useRef } from "react";

type VideoProps = {
  track: MediaStreamTrack;
  participantId: string;
  source: string;
  mirrored?: boolean;
  contain?: boolean;
  onFirstFrame?: () => void;
};

/** A video track on screen. Never has sound: audio elements do that, so that a hidden tile is still heard. */
export function VideoTrack({ track, participantId, source, mirrored, contain, onFirstFrame }: VideoProps) {
  const element = useRef<HTMLVideoElement>(null);
  const first = useRef(onFirstFrame);
  first.current = onFirstFrame;
  useEffect(() => {
    const video = element.current;
    if (!video) return;
    video.srcObject = new MediaStream([track]);
    void video.play().catch(() => undefined);
    const handle = video.requestVideoFrameCallback(() => first.current?.());
    return () => {
      video.cancelVideoFrameCallback(handle);
      video.srcObject = null;
    };
  }, [track]);
  return (
    <video
      ref={element}
      className={[mirrored ? "mirrored" : "", contain ? "contain" : ""].join(" ")}
      data-participant={participantId}
      data-source={source}
      autoPlay
      muted
      playsInline
    />
  );
}

/** An audio track, heard. */
export function AudioTrack({ track, participantId }: { track: MediaStreamTrack; participantId: string }) {
  const element = useRef<HTMLAudioElement>(null);
  useEffect(() => {
    const audio = element.current;
    if (!audio) return;
    audio.srcObject = new MediaStream([track]);
    void audio.play().catch(() => undefined);
    return () => {
      audio.srcObject = null;
    };
  }, [track]);
  // biome-ignore lint/a11y/useMediaCaption: live speech; captions are a track of the programme.
  return <audio ref={element} data-participant={participantId} autoPlay />;
}
